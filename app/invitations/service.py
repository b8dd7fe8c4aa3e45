"""Accepts invitations, and withdraws annotators together with their votes."""

from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from app.database import note_erasure
from app.errors import NotFound
from app.panels.cancellation import cancel_assignments
from app.panels.vote_status import change_statuses, votes_with_status
from app.security.annotators import connect_browser, new_annotator
from app.security.audit import record_event
from app.security.identity import Principal
from app.security.tokens import hash_token
from app.tables.flags import DismissedFlag
from app.tables.people import Annotator, AnnotatorBrowser, BrowserSession, Invitation
from app.tables.phases import AnnotatorPhase
from app.tables.platforms import PlatformSession
from app.tables.studies import Study
from app.tables.voting import Assignment, AssignmentStatus, Vote, VoteEvent
from benchmark.protocol import AssignmentPurpose, Phase, StudyStatus, VoteStatus

# The statuses of vote events whose reasons owners entered.
_STATUSES_OF_DECISIONS = (VoteStatus.EXCLUDED, VoteStatus.VALID, VoteStatus.SURPLUS)


def accept_invitation(
    session: Session, *, token: str, browser: BrowserSession, now: datetime
) -> tuple[Study, Annotator | None]:
    """Connect a browser session with the annotator of an invitation link.

    The first use creates the annotator.

    In each study, a browser acts for the annotator whose invitation link this browser opened last. If the
    study is closed, an unused link creates no annotator.

    Raises:
        NotFound: the invitation does not exist or was revoked, or the invitation's annotator left the study.
    """
    invitation = session.scalar(
        select(Invitation).where(Invitation.token_hash == hash_token(token)).with_for_update()
    )
    if invitation is None:
        raise NotFound("This invitation link is unknown. Check that you copied the whole link.")
    if invitation.revoked_at is not None:
        raise NotFound(
            "This invitation link was revoked. Ask the person who invited you for a new link.",
            code="invitation_revoked",
        )
    study = session.get_one(Study, invitation.study_id)
    if invitation.annotator_id is None:
        if study.status is StudyStatus.CLOSED:
            return study, None
        invitation.annotator_id = new_annotator(session, study_id=study.id, kind=invitation.kind, now=now).id
        invitation.opened_at = now
    annotator = session.get_one(Annotator, invitation.annotator_id)
    if annotator.withdrawn_at is not None:
        raise NotFound(
            "You left this study, so this link no longer works. To take part again, ask for a new link."
        )
    connect_browser(session, browser=browser, annotator=annotator)
    return study, annotator


def withdraw_annotator(session: Session, *, annotator: Annotator, study: Study, now: datetime) -> int:
    """Withdraw an annotator and all of the annotator's votes; return the number of votes.

    The slots of the votes become free.

    The study must be locked.
    """
    cancel_assignments(session, annotator_id=annotator.id, study=study, now=now)
    # A vote that was excluded before the withdrawal must not be reinstated later.
    standing = [
        each
        for each in votes_with_status(session, annotator_id=annotator.id)
        if each.status not in (VoteStatus.SUPERSEDED, VoteStatus.WITHDRAWN)
    ]
    withdrawn = change_statuses(
        session,
        standing,
        study=study,
        status=VoteStatus.WITHDRAWN,
        reason="the annotator left the study",
        actor=annotator.pseudonym,
        now=now,
    )
    annotator.withdrawn_at = now
    _delete_what_identifies(session, annotator)
    session.flush()
    return withdrawn.total()


def _delete_what_identifies(session: Session, annotator: Annotator) -> None:
    """Delete the annotator's platform ids, the invitation's label, and texts that may identify the annotator.

    Texts that may identify an annotator are the annotator's own texts, and the owner's reasons for decisions
    about the annotator. The record of the consent is kept.
    """
    note_erasure(session)
    annotator.excluded_reason = None
    session.execute(update(DismissedFlag).where(DismissedFlag.annotator_id == annotator.id).values(reason=""))
    votes = select(Vote.id).where(Vote.annotator_id == annotator.id)
    session.execute(
        update(VoteEvent)
        .where(VoteEvent.vote_id.in_(votes), VoteEvent.status.in_(_STATUSES_OF_DECISIONS))
        .values(reason="")
    )
    session.execute(update(Invitation).where(Invitation.annotator_id == annotator.id).values(label=""))
    session.execute(delete(PlatformSession).where(PlatformSession.annotator_id == annotator.id))
    session.execute(
        update(AnnotatorPhase)
        .where(
            AnnotatorPhase.annotator_id == annotator.id,
            AnnotatorPhase.phase.in_((Phase.QUESTIONNAIRE, Phase.FINISH)),
        )
        .values(answers={})
    )


def revoke_invitation(
    session: Session, *, invitation: Invitation, study: Study, principal: Principal, now: datetime
) -> None:
    """Revoke an invitation: the link stops working, and the annotator can no longer vote.

    Votes that the annotator has cast are kept and still count. Revoking twice changes nothing. The study must
    be locked.
    """
    if invitation.revoked_at is not None:
        return
    invitation.revoked_at = now
    if invitation.annotator_id is not None:
        cancel_assignments(session, annotator_id=invitation.annotator_id, study=study, now=now)
        session.execute(
            delete(AnnotatorBrowser).where(AnnotatorBrowser.annotator_id == invitation.annotator_id)
        )
    # The event does not contain the label, because the label may name a person and no event can be changed
    # later.
    details = {"invitation": invitation.id}
    record_event(session, principal, "invitation.revoke", subject=study.slug, now=now, **details)


def votes_of(session: Session, annotator: Annotator) -> int:
    """Return how many votes an annotator cast; undone votes and quiz answers are not counted."""
    return session.execute(
        select(func.count())
        .select_from(Assignment)
        .where(
            Assignment.annotator_id == annotator.id,
            Assignment.status == AssignmentStatus.VOTED,
            Assignment.purpose != AssignmentPurpose.QUIZ,
        )
    ).scalar_one()
