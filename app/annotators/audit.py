"""A person's word on somebody's votes: why, who, when; kept with the votes and in the audit list."""

from dataclasses import dataclass
from datetime import datetime
from typing import Self

from sqlalchemy.orm import Session

from app.errors import Invalid
from app.panels.vote_status import VoteWithStatus, change_statuses
from app.security.identity import Principal
from app.tables.audit import AuditEvent
from app.tables.studies import Study
from benchmark.protocol import VoteStatus
from benchmark.wire.annotators import MAX_REASON_CHARS

# What an exclusion takes out; undone, withdrawn, gold and imported votes count for nothing, or elsewhere.
EXCLUDABLE = (VoteStatus.VALID, VoteStatus.SURPLUS)


@dataclass(frozen=True)
class Decision:
    """Why votes count or do not, on whose word, from when on."""

    reason: str
    actor: str
    at: datetime

    @classmethod
    def of(cls, reason: str, *, principal: Principal, now: datetime) -> Self:
        """Return a decision with its reason checked.

        Raises:
            Invalid: no reason, or one too long.
        """
        reason = reason.strip()
        if not reason:
            raise Invalid("Say why; the reason is kept with the votes.", code="reason_missing")
        if len(reason) > MAX_REASON_CHARS:
            raise Invalid(f"A reason has at most {MAX_REASON_CHARS} characters.", code="reason_too_long")
        return cls(reason, principal.name, now)


@dataclass(frozen=True)
class Changed:
    """What votes became; all zero where there was nothing left to change."""

    excluded: int = 0
    valid: int = 0
    surplus: int = 0


def change(
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


def note(session: Session, action: str, *, study: Study, decision: Decision, **details: str | int) -> None:
    """Add a line to the audit list."""
    session.add(
        AuditEvent(
            at=decision.at,
            actor=decision.actor,
            action=action,
            subject=study.slug,
            details={**details, "reason": decision.reason},
        )
    )
    session.flush()
