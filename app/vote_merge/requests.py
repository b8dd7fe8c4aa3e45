"""Queues the merge of a report as a background task."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Self

from sqlalchemy.orm import Session

from app.errors import Conflict
from app.security.identity import Principal
from app.tables.tasks import Task
from app.tasks import service as tasks
from benchmark.protocol import TaskKind

KIND = TaskKind.VOTES_MERGE


@dataclass(frozen=True)
class MergeToQueue:
    """A request to merge the report `archive_key` with the study `into`, as the new study `study`."""

    into: str
    study: str
    title: str
    dry_run: bool
    archive_key: str

    @classmethod
    def of_details(cls, details: Mapping[str, Any]) -> Self:
        """Return the merge request that the details of a task contain."""
        return cls(**{name: details[name] for name in cls.__dataclass_fields__})


def queue_merge(session: Session, *, wanted: MergeToQueue, principal: Principal, now: datetime) -> Task:
    """Queue the merge of a report that was uploaded to the media store.

    Raises:
        Conflict: another merge into the new study is unfinished (`import_running`).
    """
    task = tasks.enqueue(
        session,
        kind=KIND,
        subject=wanted.study,
        now=now,
        owner_id=principal.person_id,
        details=asdict(wanted),
    )
    if (task.details or {}).get("archive_key") != wanted.archive_key:
        raise Conflict(
            "Votes are being merged into a study with this slug. Wait until that task has ended.",
            code="import_running",
        )
    session.flush()
    return task
