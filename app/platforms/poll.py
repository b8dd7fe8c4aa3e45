"""Asks Prolific for the states of submissions, so that slots become free even without notifications."""

from datetime import datetime, timedelta
from typing import Annotated

from pydantic import BaseModel, StringConstraints, ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.clock import utc_now
from app.context import AppContext
from app.platforms.prolific import session_status
from app.platforms.service import study_platform
from app.platforms.sessions import change_session
from app.security.participants import lock_study
from app.settings import Settings
from app.tables.platforms import PlatformSession
from app.tables.studies import Study
from app.tasks.runner import Progress, TaskFailed, TaskRepeats
from app.tasks.service import enqueue
from benchmark.protocol import PlatformKind, SessionStatus, StudyStatus, TaskKind
from benchmark.wire.platforms import Platform

INTERVAL = timedelta(minutes=1)
INTERVAL_AFTER_FAULT = timedelta(minutes=5)
# The server does not ask about sessions that stay active for longer: they belong to forged links, whose
# submissions do not exist on Prolific.
MAX_WATCHED = timedelta(days=7)
TIMEOUT_S = 10.0
PAGE_SIZE = 100
MAX_PAGES = 200
_TOKEN_IS_WRONG = (401, 403, 404)


class _Submission(BaseModel):
    """A submission in Prolific's list. Other fields are ignored.

    Source: docs.prolific.com/api-reference/submissions/get-submissions, read 2026-11-30.
    """

    id: Annotated[str, StringConstraints(max_length=255)]
    status: Annotated[str, StringConstraints(max_length=100)]


class _Submissions(BaseModel):
    results: list[_Submission]


def queue_poll(
    session: Session, *, study: Study, platform: Platform, settings: Settings, now: datetime
) -> None:
    """Queue the task for a study on Prolific if the lab's token is set. Queueing twice changes nothing."""
    if _is_polled(platform, settings):
        enqueue(session, kind=TaskKind.PLATFORM_POLL, subject=study.slug, owner_id=study.owner_id, now=now)


def poll_prolific(context: AppContext, slug: str, _progress: Progress) -> None:
    """Once a minute, fetch the states of a study's active Prolific submissions and store the states.

    The task ends when the study is closed or has no active submission. When the next participant joins, the
    server queues the task again.

    Raises:
        TaskRepeats: the task must run again later.
        TaskFailed: Prolific refuses the token, or knows no such study.
    """
    asked_at = utc_now()
    with context.database.read() as session:
        study = session.scalar(select(Study).where(Study.slug == slug))
        if study is None or study.status is StudyStatus.CLOSED:
            return
        platform = study_platform(study)
        if not _is_polled(platform, context.settings) or not _active(session, study, asked_at):
            return
    states = _fetched_states(platform, context.settings)
    with context.database.write() as session:
        study = lock_study(session, study.id)
        for row in _active(session, study, asked_at):
            status = session_status(states.get(row.session, ""))
            if status is not None:
                change_session(session, study=study, row=row, status=status, at=asked_at, now=utc_now())
    raise TaskRepeats(utc_now() + INTERVAL)


def _is_polled(platform: Platform, settings: Settings) -> bool:
    is_on_prolific = platform.kind is PlatformKind.PROLIFIC and platform.study_id is not None
    return is_on_prolific and settings.prolific_api_token is not None


def _active(session: Session, study: Study, now: datetime) -> list[PlatformSession]:
    return list(
        session.scalars(
            select(PlatformSession)
            .where(
                PlatformSession.study_id == study.id,
                PlatformSession.status == SessionStatus.ACTIVE,
                PlatformSession.status_at > now - MAX_WATCHED,
            )
            .order_by(PlatformSession.annotator_id)
        )
    )


def _fetched_states(platform: Platform, settings: Settings) -> dict[str, str]:
    """Return Prolific's state of each submission, keyed by submission id."""
    # Imported here, because only labs with a token need an HTTP client in the server.
    import httpx2

    assert settings.prolific_api_token is not None
    headers = {"Authorization": f"Token {settings.prolific_api_token.get_secret_value()}"}
    states: dict[str, str] = {}
    try:
        with httpx2.Client(base_url=settings.prolific_api_url, headers=headers, timeout=TIMEOUT_S) as client:
            for page in range(1, MAX_PAGES + 1):
                query = {"study": platform.study_id, "page": page, "page_size": PAGE_SIZE}
                answer = client.get("/api/v1/submissions/", params=query)
                if answer.status_code in _TOKEN_IS_WRONG:
                    raise TaskFailed(
                        f"Prolific answered {answer.status_code}. Check TI2V_PROLIFIC_API_TOKEN and the "
                        "study_id of the study's platform; the next participant starts the task again."
                    )
                answer.raise_for_status()
                found = _Submissions.model_validate_json(answer.content).results
                states |= {each.id: each.status for each in found}
                if len(found) < PAGE_SIZE:
                    break
    except (httpx2.HTTPError, ValidationError) as error:
        reason = f"Prolific did not answer as documented: {type(error).__name__}. The server tries again."
        raise TaskRepeats(utc_now() + INTERVAL_AFTER_FAULT, reason) from error
    return states
