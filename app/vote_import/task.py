"""Implements the background task that imports the votes of another study."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.benchmarks.service import find_benchmark
from app.clock import utc_now
from app.context import AppContext
from app.errors import AppError, Conflict, Unavailable
from app.media.store import MediaDamaged, MediaMissing
from app.private_files import make_private_folder
from app.security.identity import Principal
from app.security.visibility import sees_model
from app.tables.submissions import VideoModel
from app.tables.tasks import Task
from app.tasks.queries import owner_of
from app.tasks.runner import Progress, TaskFailed
from app.vote_import.requests import VotesToImport
from app.vote_import.service import ImportedSource, is_imported_already, store_study
from app.vote_import.validation import ImportPlan, plan_import
from benchmark.tables import Table, TableError
from benchmark.votes.imported import read_external_table


def import_votes_in_background(context: AppContext, _subject: str, progress: Progress) -> None:
    """Read a queued votes table and store its votes as a closed study.

    Raises:
        TaskFailed: the table has problems; the task's details list the problems.
    """
    with context.database.read() as session:
        details: dict[str, Any] = dict(session.get_one(Task, progress.task_id).details or {})
    wanted = VotesToImport.of_details(details)
    if "result" in details:
        # An earlier attempt stored the votes, but the server ended before the task was marked as done.
        context.store.delete(details["table_key"])
        return
    try:
        progress.require_active_owner()
        table = _read(context, wanted, details)
        progress.add_details(result=_import(context, wanted, table, progress))
    except (MediaMissing, MediaDamaged) as error:
        raise TaskFailed(
            "The uploaded file is missing or damaged in the media store. Send it again."
        ) from error
    except Unavailable:
        raise  # the task is tried again later
    except (AppError, TableError) as error:
        found = error.problems if isinstance(error, AppError) else error.found
        progress.add_details(problems=[str(problem) for problem in found])
        context.store.delete(details["table_key"])
        raise TaskFailed(str(error)) from error
    context.store.delete(details["table_key"])


def _read(context: AppContext, wanted: VotesToImport, details: dict[str, Any]) -> Table:
    with _table_file(context, details) as path:
        return read_external_table(path, wanted.mapping())


@contextmanager
def _table_file(context: AppContext, details: dict[str, Any]) -> Iterator[Path]:
    """Yield a copy of the uploaded table, in a file whose name ends with the suffix of the table's format."""
    folder = context.settings.home / "imports"
    make_private_folder(folder)
    with (
        context.store.open_local(details["table_key"]) as stored,
        tempfile.TemporaryDirectory(dir=folder) as place,
    ):
        path = Path(place) / f"votes{details['suffix']}"
        shutil.copyfile(stored, path)
        yield path


def _import(
    context: AppContext, wanted: VotesToImport, table: Table, progress: Progress
) -> dict[str, int | bool]:
    with context.database.write() as session:
        task = session.get_one(Task, progress.task_id)
        principal = owner_of(session, task)
        file = f"votes{(task.details or {})['suffix']}"
        plan = plan_import(
            session,
            table=table,
            mapping=wanted.mapping(),
            study=wanted.study,
            benchmark=find_benchmark(session, wanted.benchmark, principal=principal),
        )
        _refuse_hidden_models(session, plan, principal)
        is_there = is_imported_already(session, plan)
        if not is_there and not wanted.dry_run:
            source = ImportedSource(title=wanted.title or wanted.study, file=file)
            store_study(session, plan=plan, source=source, principal=principal, now=utc_now())
    votes = plan.votes
    return {
        "votes": len(votes),
        "matchups": len(votes.matchups),
        "annotators": len(votes.annotators),
        "imported": not is_there and not wanted.dry_run,
    }


def _refuse_hidden_models(session: Session, plan: ImportPlan, principal: Principal) -> None:
    """Refuse to attach votes to models that the person may not see.

    Raises:
        Conflict: a model has another owner (`other_owner`); `problems` lists all such models.
    """
    slugs = {side.model for side in plan.sides.values()}
    known = set(session.scalars(select(VideoModel.slug).where(VideoModel.slug.in_(slugs))))
    seen = set(
        session.scalars(select(VideoModel.slug).where(VideoModel.slug.in_(slugs), sees_model(principal)))
    )
    if known - seen:
        raise Conflict(
            "Models with these names belong to somebody else. Rename them in the table.",
            code="other_owner",
            problems=sorted(known - seen),
        )
