"""Queues the import of a benchmark as a background task."""

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.benchmarks.service import newest_version
from app.errors import Conflict, Invalid
from app.security.identity import Principal
from app.tables.people import Person
from app.tables.tasks import Task
from app.tasks import service as tasks
from benchmark.importers.hub import parse_address
from benchmark.importers.problems import ImportProblems
from benchmark.protocol import Role, TaskKind

KIND = TaskKind.BENCHMARK_IMPORT


@dataclass(frozen=True)
class BenchmarkToImport:
    """The source of an import: an uploaded ZIP file in the media store, or a Hugging Face dataset.

    If `title` is empty, the benchmark gets the title that its source declares.
    """

    slug: str
    title: str
    archive_key: str | None = None
    archive_sha256: str | None = None
    hub_address: str | None = None


def check_hub_address(address: str) -> None:
    """Check the name of a dataset.

    Raises:
        Invalid: the address does not have the form `hf://owner/name[@revision]`.
    """
    try:
        parse_address(address)
    except ImportProblems as error:
        form = "hf://owner/name or hf://owner/name@revision"
        raise Invalid(f"source: a dataset of the hub is written as {form}.", code="invalid_field") from error


def queue_import(session: Session, *, wanted: BenchmarkToImport, principal: Principal, now: datetime) -> Task:
    """Queue the import of a benchmark. A new benchmark is private, and the importing person owns it.

    Raises:
        Conflict: the slug belongs to somebody else (`other_owner`), or another import of this slug is queued
            or running (`import_running`).
    """
    require_free_slug(session, wanted.slug, principal=principal)
    details = asdict(wanted)
    owner_id = principal.person_id
    task = tasks.enqueue(session, kind=KIND, subject=wanted.slug, now=now, owner_id=owner_id, details=details)
    if (task.details, task.owner_id) != (details, owner_id):
        raise Conflict(
            "A benchmark with this slug is being imported. Wait until that task has ended.",
            code="import_running",
        )
    session.flush()
    return task


def require_free_slug(session: Session, slug: str, *, principal: Principal) -> None:
    """Refuse a slug that somebody else uses; an admin may import a new version of every benchmark.

    Raises:
        Conflict: the slug belongs to somebody else (`other_owner`).
    """
    newest = session.scalar(newest_version(slug))
    if newest is not None and not principal.is_admin and newest.owner_id != principal.person_id:
        raise Conflict(
            "A benchmark with this slug has another owner; choose another slug.", code="other_owner"
        )


def owner_of_import(session: Session, slug: str, owner_id: int | None) -> int | None:
    """Return the owner to set for an import; None if the benchmark keeps its owner."""
    owner = session.get(Person, owner_id) if owner_id is not None else None
    is_new_version = session.scalar(newest_version(slug)) is not None
    return None if is_new_version and owner is not None and owner.role is Role.ADMIN else owner_id
