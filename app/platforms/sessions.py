"""Lets participants of a crowd platform join a study by a link, and stores how their participation ends."""

from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from app.errors import Invalid
from app.panels.cancellation import cancel_assignments
from app.platforms.links import ExternalIds
from app.security.annotators import connect_browser, disconnect_other_browsers, new_annotator
from app.security.tokens import hash_token
from app.tables.people import Annotator, BrowserSession, Person
from app.tables.platforms import PlatformSession, PlatformToken
from app.tables.studies import Study
from benchmark.protocol import AnnotatorKind, PlatformKind, SessionStatus, StudyStatus
from benchmark.wire.platforms import Platform

# In these states, a participant no longer needs the comparisons that the participant holds.
_GIVEN_UP = (SessionStatus.RETURNED, SessionStatus.TIMED_OUT)


def find_session(session: Session, *, study: Study, participant: str) -> PlatformSession | None:
    return session.scalar(
        select(PlatformSession).where(
            PlatformSession.study_id == study.id, PlatformSession.participant == participant
        )
    )


def count_unverified(session: Session, study: Study) -> int:
    """Return the number of participants whose ids the platform did not sign."""
    query = select(func.count()).where(
        PlatformSession.study_id == study.id, PlatformSession.is_verified.is_(False)
    )
    return session.execute(query).scalar_one()


def has_room(study: Study) -> bool:
    """Return whether a new participant would get a comparison."""
    return study.status is StudyStatus.OPEN and study.unfilled_comparisons > 0


def join_study(
    session: Session,
    *,
    study: Study,
    kind: PlatformKind,
    ids: ExternalIds,
    browser: BrowserSession,
    now: datetime,
) -> Annotator:
    """Return the annotator of a participant; the first visit creates the annotator. The study must be locked.

    If a participant joins again, on any device, the annotator stays the same. The new browser then replaces
    the browser in which the participant joined before.
    """
    row = find_session(session, study=study, participant=ids.participant)
    if row is None:
        annotator = new_annotator(session, study_id=study.id, kind=AnnotatorKind.PARTICIPANT, now=now)
        row = PlatformSession(
            annotator_id=annotator.id,
            study_id=study.id,
            kind=kind,
            participant=ids.participant,
            session=ids.session,
            submit_to=ids.submit_to,
            is_verified=ids.is_verified,
            status=SessionStatus.ACTIVE,
            status_at=now,
            joined_at=now,
        )
        session.add(row)
    else:
        # Somebody who joined with unsigned ids may already have cast votes. A later signed link does not
        # prove who cast these votes.
        row.is_verified = row.is_verified and ids.is_verified
        row.submit_to = ids.submit_to
        if row.session != ids.session or row.status in _GIVEN_UP:
            row.session, row.status, row.status_at = ids.session, SessionStatus.ACTIVE, now
    annotator = session.get_one(Annotator, row.annotator_id)
    connect_browser(session, browser=browser, annotator=annotator)
    disconnect_other_browsers(session, browser=browser, annotator=annotator, now=now)
    return annotator


def took_part(session: Session, *, study: Study, platform: Platform, participant: str) -> bool:
    """Return whether a participant joined another study of the same owner and the same exclusion group."""
    if platform.exclusion_group is None:
        return False
    # Each study has its own lock. Lock the owner's row too, so that a participant cannot join two studies of
    # a group at the same moment.
    session.execute(select(Person.id).where(Person.id == study.owner_id).with_for_update(key_share=True))
    others = session.scalars(
        select(Study.platform)
        .join(PlatformSession, PlatformSession.study_id == Study.id)
        .where(
            PlatformSession.participant == participant,
            PlatformSession.kind == platform.kind,
            Study.owner_id == study.owner_id,
            Study.id != study.id,
        )
    )
    groups = {Platform.model_validate(each or {}).exclusion_group for each in others}
    return platform.exclusion_group in groups


def use_token(
    session: Session,
    *,
    study: Study,
    token: str,
    browser: BrowserSession,
    expires_at: datetime,
    now: datetime,
) -> None:
    """Record the use of a signed link. The study must be locked.

    The same browser may use a link again, because a person can press Back or Reload.

    Raises:
        Invalid: another browser has used the link.
    """
    session.execute(
        delete(PlatformToken).where(PlatformToken.study_id == study.id, PlatformToken.expires_at <= now)
    )
    used = session.get(PlatformToken, (study.id, hash_token(token)))
    if used is None:
        session.add(
            PlatformToken(
                study_id=study.id,
                token_hash=hash_token(token),
                browser_session_id=browser.id,
                expires_at=expires_at,
            )
        )
        session.flush()
    elif used.browser_session_id != browser.id:
        raise Invalid(
            "This link was already used in another browser. Open the study on the platform again.",
            code="used_link",
        )


def change_session(
    session: Session,
    *,
    study: Study,
    row: PlatformSession,
    status: SessionStatus,
    at: datetime,
    now: datetime,
) -> None:
    """Record a new state of a participant's submission; ignore a state that is older than the stored state.

    If the participant gave up or ran out of time, the slots of the participant's open comparisons become
    free. Votes already cast are kept. The study must be locked.
    """
    # The times in notifications are whole seconds.
    if at < row.status_at.replace(microsecond=0) or status is row.status:
        return
    row.status, row.status_at = status, at
    if status in _GIVEN_UP:
        cancel_assignments(session, annotator_id=row.annotator_id, study=study, now=now)
    session.flush()
