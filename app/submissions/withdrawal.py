"""Takes a submission out of what is still being voted on; votes that were cast stay."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.panels.matchup_closure import close_matchup
from app.security.identity import Principal
from app.tables.audit import AuditEvent
from app.tables.studies import Matchup, Study
from app.tables.submissions import Submission
from benchmark.protocol import StudyStatus, SubmissionStatus


def withdraw(
    session: Session, *, submission: Submission, reason: str, principal: Principal, now: datetime
) -> list[Matchup]:
    """Withdraw a submission: its matchups in open studies close, their votes stay and are marked."""
    if submission.status is SubmissionStatus.WITHDRAWN:
        return []
    submission.status = SubmissionStatus.WITHDRAWN
    submission.withdrawn_at = now
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
    for matchup in affected:
        close_matchup(session, matchup=matchup, reason=f"a submission was withdrawn: {reason}", now=now)
    session.add(
        AuditEvent(
            at=now,
            actor=principal.name,
            action="submission.withdraw",
            subject=submission.public_id,
            details={"reason": reason, "matchups_closed": len(affected)},
        )
    )
    session.flush()
    return affected
