"""Implements the background task that merges a study with a report."""

from dataclasses import asdict
from typing import Any

from app.clock import utc_now
from app.context import AppContext
from app.errors import AppError, Unavailable
from app.media.store import MediaDamaged, MediaMissing
from app.security.visibility import find_study
from app.tables.tasks import Task
from app.tasks.queries import owner_of
from app.tasks.runner import Progress, TaskFailed
from app.vote_merge.archive import report_in
from app.vote_merge.requests import MergeToQueue
from app.vote_merge.service import plan_merge, store_merge
from benchmark.report.reader import ReportError, StudyReport
from benchmark.tables import TableError


def merge_in_background(context: AppContext, _subject: str, progress: Progress) -> None:
    """Read a queued report; store its votes and the votes of a study together as a new closed study.

    Raises:
        TaskFailed: the report has problems; the task's details list the problems.
    """
    with context.database.read() as session:
        details: dict[str, Any] = dict(session.get_one(Task, progress.task_id).details or {})
    wanted = MergeToQueue.of_details(details)
    if "result" in details:
        # An earlier attempt stored the votes, but the server ended before the task was marked as done.
        context.store.delete(wanted.archive_key)
        return
    try:
        progress.require_active_owner()
        settings = context.settings
        with context.store.open_local(wanted.archive_key) as archive:
            report = report_in(
                archive, sandbox=context.sandbox, home=settings.home, max_bytes=settings.max_import_bytes
            )
        progress.add_details(result=_merge(context, wanted, report, progress))
    except (MediaMissing, MediaDamaged) as error:
        raise TaskFailed(
            "The uploaded file is missing or damaged in the media store. Send it again."
        ) from error
    except Unavailable:
        raise  # the task is tried again later
    except (AppError, ReportError, TableError) as error:
        progress.add_details(problems=_problems(error))
        context.store.delete(wanted.archive_key)
        raise TaskFailed(str(error)) from error
    context.store.delete(wanted.archive_key)


def _merge(
    context: AppContext, wanted: MergeToQueue, report: StudyReport, progress: Progress
) -> dict[str, int | bool]:
    # Read and check the votes before the write transaction: this takes seconds, and other writers must not
    # wait.
    with context.database.read() as session:
        principal = owner_of(session, session.get_one(Task, progress.task_id))
        study = find_study(session, slug=wanted.into, principal=principal, for_change=True)
        merge = plan_merge(session, study=study, report=report, slug=wanted.study)
    with context.database.write() as session:
        principal = owner_of(session, session.get_one(Task, progress.task_id))
        result = store_merge(
            session,
            merge=merge,
            title=wanted.title,
            principal=principal,
            now=utc_now(),
            dry_run=wanted.dry_run,
        )
    return asdict(result)


def _problems(error: AppError | ReportError | TableError) -> list[str]:
    if isinstance(error, AppError):
        return error.problems
    return [str(problem) for problem in error.found] if isinstance(error, TableError) else []
