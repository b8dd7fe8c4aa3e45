"""Finds the annotator of a browser session, and that annotator's assignments."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVarTuple

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session

from app.clock import Clock, utc_now
from app.errors import NotFound, NotSignedIn, OtherBrowser
from app.prepared_statements import PreparedObjects, PreparedStatement
from app.security.tokens import hash_token
from app.tables.people import Annotator, AnnotatorBrowser, BrowserSession
from app.tables.studies import Study
from app.tables.voting import Assignment
from benchmark.protocol import Language

Columns = TypeVarTuple("Columns")


def _of_browser(query: Select[*Columns], *, is_replaced: bool = False) -> Select[*Columns]:
    replaced_at = AnnotatorBrowser.replaced_at
    return (
        query.select_from(BrowserSession)
        .join(AnnotatorBrowser, AnnotatorBrowser.browser_session_id == BrowserSession.id)
        .join(Annotator, Annotator.id == AnnotatorBrowser.annotator_id)
        .where(
            BrowserSession.token_hash == bindparam("token_hash"),
            BrowserSession.expires_at > bindparam("now"),
            Annotator.withdrawn_at.is_(None),
            replaced_at.is_not(None) if is_replaced else replaced_at.is_(None),
        )
    )


_PARTICIPANT = PreparedObjects(
    _of_browser(select(Annotator, Study))
    .join(Study, Study.id == Annotator.study_id)
    .where(Study.slug == bindparam("slug"))
)
_ASSIGNMENT = PreparedObjects(
    _of_browser(select(Assignment, Annotator, Study))
    .join(Assignment, Assignment.annotator_id == Annotator.id)
    .join(Study, Study.id == Assignment.study_id)
    .where(Assignment.token == bindparam("token"))
)
_LOCK_BY_SLUG = PreparedStatement(
    select(Study.id).where(Study.slug == bindparam("slug")).with_for_update(key_share=True)
)
_LOCK_BY_TOKEN = PreparedStatement(
    select(Study.id)
    .join(Assignment, Assignment.study_id == Study.id)
    .where(Assignment.token == bindparam("token"))
    .with_for_update(key_share=True, of=Study)
)
# The studies in which another browser replaced this browser.
_REPLACED = _of_browser(select(Study, Annotator.language), is_replaced=True).join(
    Study, Study.id == Annotator.study_id
)
_REPLACED_IN_STUDY = _REPLACED.where(Study.slug == bindparam("slug"))
_REPLACED_IN_ASSIGNMENT = _REPLACED.join(Assignment, Assignment.annotator_id == Annotator.id).where(
    Assignment.token == bindparam("token")
)


@dataclass(frozen=True)
class Participant:
    """An annotator, and the study to which the annotator was invited."""

    annotator: Annotator
    study: Study


@dataclass(frozen=True)
class HeldAssignment:
    """An assignment, the annotator who holds it, and its study.

    `now` is the time of the request. If the study is locked, `now` was read after locking, so that stored
    times follow the order of the changes.
    """

    assignment: Assignment
    annotator: Annotator
    study: Study
    now: datetime


def find_participant(
    session: Session, *, cookie: str | None, study_slug: str, now: datetime, for_change: bool = False
) -> Participant:
    """Return the annotator of this browser in a study. If `for_change` is set, lock the study first.

    Raises:
        NotSignedIn: this browser opened no invitation to this study, or the annotator withdrew.
        OtherBrowser: the annotator continued in another browser.
    """
    given = {"token_hash": hash_token(cookie or ""), "now": now, "slug": study_slug}
    if for_change and not _has_one_writer(session):
        _LOCK_BY_SLUG.run(session, slug=study_slug)
    row = _PARTICIPANT.first(session, **given)
    if row is None:
        _refuse_replaced(session, _REPLACED_IN_STUDY, given)
        raise NotSignedIn(
            "This browser has no invitation to this study. Open your invitation link in this browser, or "
            "open the study on the platform again.",
            code="not_invited",
        )
    return Participant(*row)


def find_assignment(
    session: Session, *, cookie: str | None, token: str, for_change: bool = False, clock: Clock = utc_now
) -> HeldAssignment:
    """Return this browser's assignment and its study.

    If `for_change` is set, lock the study first, then read the clock.

    Raises:
        NotFound: the assignment does not exist or belongs to another annotator. The message does not reveal
            whether the assignment exists.
        OtherBrowser: the annotator continued in another browser.
    """
    if for_change and not _has_one_writer(session):
        _LOCK_BY_TOKEN.run(session, token=token)
    now = clock()
    given = {"token_hash": hash_token(cookie or ""), "now": now, "token": token}
    row = _ASSIGNMENT.first(session, **given)
    if row is None:
        _refuse_replaced(session, _REPLACED_IN_ASSIGNMENT, given)
        raise NotFound("This browser has no such assignment. Open your invitation link again.")
    return HeldAssignment(*row, now)


def lock_study(session: Session, study_id: int) -> Study:
    """Lock and return the study, so that changes of its panels run one after the other.

    SQLite needs no lock, because it has one writer at a time.
    """
    if _has_one_writer(session):
        return session.get_one(Study, study_id)
    return session.execute(
        select(Study)
        .where(Study.id == study_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).scalar_one()


def _refuse_replaced(
    session: Session, query: Select[Study, Language | None], given: Mapping[str, object]
) -> None:
    row = session.execute(query, given).first()
    if row is not None:
        study, chosen = row
        raise OtherBrowser(
            language=chosen or study.language,
            is_chosen=chosen is not None,
            may_be_framed=study.may_be_framed,
        )


def _has_one_writer(session: Session) -> bool:
    return session.get_bind().dialect.name == "sqlite"
