"""Withdraws a submission from studies that are not closed, and keeps the votes on the submission's clips."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.clock import Clock, utc_now
from app.panels.matchup_closure import close_matchup
from app.security.audit import record_event
from app.security.identity import Principal
from app.security.participants import lock_study
from app.tables.studies import Matchup, Study
from app.tables.submissions import Submission
from benchmark.protocol import StudyStatus, SubmissionStatus


def withdraw(
    session: Session, *, submission: Submission, reason: str, principal: Principal, clock: Clock = utc_now
) -> list[Matchup]:
    """Withdraw a locked submission.

    Close the submission's matchups in studies that are not closed; the matchups keep their votes.
    """
    if submission.status is SubmissionStatus.WITHDRAWN:
        return []
    affected = list(
        session.scalars(
            select(Matchup)
            .join(Study, Study.id == Matchup.study_id)
            .where(
                (Matchup.reference_id == submission.id) | (Matchup.other_id == submission.id),
                Matchup.closed_at.is_(None),
                Study.status.in_((StudyStatus.DRAFT, StudyStatus.OPEN, StudyStatus.PAUSED)),
            )
            .order_by(Matchup.id)
        )
    )
    # Lock in a fixed order, to avoid deadlocks. The clock is read under the locks, so that each vote is
    # either before or after the withdrawal.
    for study_id in sorted({matchup.study_id for matchup in affected}):
        lock_study(session, study_id)
    now = clock()
    submission.status = SubmissionStatus.WITHDRAWN
    submission.withdrawn_at = now
    for matchup in affected:
        close_matchup(session, matchup=matchup, reason=f"a submission was withdrawn: {reason}", now=now)
    details = {"reason": reason, "matchups_closed": len(affected)}
    record_event(session, principal, "submission.withdraw", subject=submission.public_id, now=now, **details)
    return affected
