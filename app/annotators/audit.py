"""Records the reason, actor and time of an exclusion or reinstatement."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from sqlalchemy import CompoundSelect, select, union
from sqlalchemy.orm import Session

from app.errors import Invalid
from app.panels.vote_status import VoteWithStatus, change_statuses
from app.security.audit import record_event
from app.security.identity import Principal
from app.tables.flags import DismissedFlag
from app.tables.people import Annotator
from app.tables.studies import Study
from app.tables.voting import Vote, VoteEvent
from benchmark.protocol import VoteStatus
from benchmark.wire.annotators import MAX_REASON_CHARS

# Statuses that an exclusion changes. Superseded, withdrawn, gold and imported votes keep their status.
EXCLUDABLE = (VoteStatus.VALID, VoteStatus.SURPLUS)


@dataclass(frozen=True)
class Decision:
    """The reason, actor and time of an exclusion or reinstatement."""

    reason: str
    actor: str
    at: datetime

    @classmethod
    def of(cls, reason: str, *, principal: Principal, now: datetime) -> Self:
        """Validate the reason, and return the decision.

        Raises:
            Invalid: the reason is empty or too long.
        """
        reason = reason.strip()
        if not reason:
            raise Invalid("Enter a reason. It is stored with the votes.", code="reason_missing")
        if len(reason) > MAX_REASON_CHARS:
            raise Invalid(
                f"The reason is longer than {MAX_REASON_CHARS} characters. Shorten it.",
                code="reason_too_long",
            )
        return cls(reason, principal.name, now)


@dataclass(frozen=True)
class Changed:
    """Counts the votes that an exclusion or reinstatement changed, separately for each new status.

    All counts are 0 if no vote changed.
    """

    excluded: int = 0
    valid: int = 0
    surplus: int = 0


def change_votes(
    session: Session,
    voted: list[VoteWithStatus],
    *,
    study: Study,
    to: VoteStatus,
    decision: Decision,
) -> Changed:
    counted = change_statuses(
        session,
        voted,
        study=study,
        status=to,
        reason=decision.reason,
        actor=decision.actor,
        now=decision.at,
    )
    return Changed(
        excluded=counted[VoteStatus.EXCLUDED],
        valid=counted[VoteStatus.VALID],
        surplus=counted[VoteStatus.SURPLUS],
    )


def decision_reasons(session: Session, annotator: Annotator) -> dict[datetime, str]:
    """Return the reason for each decision about an annotator, keyed by the time of the decision.

    If an exclusion changed no vote, its reason is deleted when the exclusion ends. The reason for a dismissed
    flag is deleted when the flag is restored.
    """
    stored: CompoundSelect[Any] = union(
        select(VoteEvent.at, VoteEvent.reason)
        .join(Vote, Vote.id == VoteEvent.vote_id)
        .where(Vote.annotator_id == annotator.id),
        select(DismissedFlag.at, DismissedFlag.reason).where(DismissedFlag.annotator_id == annotator.id),
        select(Annotator.excluded_at, Annotator.excluded_reason).where(
            Annotator.id == annotator.id, Annotator.excluded_reason.is_not(None)
        ),
    )
    return {row.at: row.reason for row in session.execute(stored)}


def add_audit_event(
    session: Session, action: str, *, study: Study, decision: Decision, **details: str | int
) -> None:
    """Add an event to the audit log.

    The event does not contain the reason, because a reason may identify the annotator and no event can be
    changed later.
    """
    record_event(session, decision.actor, action, subject=study.slug, now=decision.at, **details)
