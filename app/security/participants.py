"""Finds the annotator behind a browser, and what belongs to them."""

from dataclasses import dataclass
from datetime import datetime
from typing import TypeVarTuple

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session

from app.errors import NotFound, NotSignedIn
from app.security.tokens import hash_token
from app.tables.people import Annotator, AnnotatorBrowser, BrowserSession
from app.tables.studies import Study
from app.tables.voting import Assignment

Columns = TypeVarTuple("Columns")


def _of_browser(query: Select[*Columns]) -> Select[*Columns]:
    return (
        query.select_from(BrowserSession)
        .join(AnnotatorBrowser, AnnotatorBrowser.browser_session_id == BrowserSession.id)
        .join(Annotator, Annotator.id == AnnotatorBrowser.annotator_id)
        .where(
            BrowserSession.token_hash == bindparam("token_hash"),
            BrowserSession.expires_at > bindparam("now"),
            Annotator.withdrawn_at.is_(None),
        )
    )


# Statements are built once: building one takes longer than running it.
_PARTICIPANT = (
    _of_browser(select(Annotator, Study))
    .join(Study, Study.id == Annotator.study_id)
    .where(Study.slug == bindparam("slug"))
)
_OWN_ASSIGNMENT = (
    _of_browser(select(Assignment))
    .join(Assignment, Assignment.annotator_id == Annotator.id)
    .where(Assignment.token == bindparam("token"))
)

_HELD = (
    _of_browser(select(Assignment, Study))
    .join(Assignment, Assignment.annotator_id == Annotator.id)
    .join(Study, Study.id == Assignment.study_id)
    .where(Assignment.token == bindparam("token"))
)


@dataclass(frozen=True)
class Participant:
    """An annotator in the study they were invited to."""

    annotator: Annotator
    study: Study


@dataclass(frozen=True)
class HeldAssignment:
    """An assignment together with the study it belongs to, found for its own annotator only."""

    assignment: Assignment
    study: Study


def find_participant(session: Session, *, cookie: str | None, study_slug: str, now: datetime) -> Participant:
    """Return the annotator this browser acts for in a study.

    Raises:
        NotSignedIn: no invitation to this study was opened in this browser, or the annotator left.
    """
    given = {"token_hash": hash_token(cookie or ""), "now": now, "slug": study_slug}
    row = session.execute(_PARTICIPANT, given).one_or_none()
    if row is None:
        raise NotSignedIn(
            "Open your invitation link in this browser first; it lets you into this study.",
            code="not_invited",
        )
    return Participant(row[0], row[1])


def own_assignment(session: Session, *, cookie: str | None, token: str, now: datetime) -> Assignment | None:
    """Return this browser's own assignment; another annotator's does not exist for it."""
    given = {"token_hash": hash_token(cookie or ""), "now": now, "token": token}
    return session.scalar(_OWN_ASSIGNMENT, given)


def find_assignment(session: Session, *, cookie: str | None, token: str, now: datetime) -> HeldAssignment:
    """Return this browser's own assignment, its study locked against other changes.

    Raises:
        NotFound: no such assignment, or it is another annotator's; the two look the same.
    """
    given = {"token_hash": hash_token(cookie or ""), "now": now, "token": token}
    row = session.execute(_HELD, given).one_or_none()
    if row is None:
        raise NotFound("There is no such assignment for this browser.")
    assignment, study = row
    if not _writers_wait(session):
        lock_study(session, study.id)
        # Read again behind the lock: another request may have changed it meanwhile.
        session.refresh(assignment)
    return HeldAssignment(assignment, study)


def lock_study(session: Session, study_id: int) -> Study:
    """Make changes of one study's panels wait for each other; on SQLite writers already do."""
    if _writers_wait(session):
        return session.get_one(Study, study_id)
    return session.execute(
        select(Study)
        .where(Study.id == study_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).scalar_one()


def _writers_wait(session: Session) -> bool:
    return session.get_bind().dialect.name == "sqlite"
