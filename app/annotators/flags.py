"""Dismisses and restores flags of annotators.

A dismissed flag stays among the annotator's figures, but the lists of annotators do not count it.
"""

from sqlalchemy.orm import Session

from app.annotators.audit import Decision, add_audit_event
from app.annotators.cache import kept_annotators
from app.annotators.service import lock_annotator
from app.errors import Conflict
from app.tables.flags import DismissedFlag
from app.tables.people import Annotator
from app.tables.studies import Study
from benchmark.protocol import Flag


def require_flag(session: Session, *, study: Study, annotator: Annotator, flag: Flag) -> None:
    """Check that an annotator has a flag.

    The function computes the figures of all annotators, which takes 0.6 s for a large study. Call this
    function before the write transaction begins, not inside the transaction.

    Raises:
        Conflict: the annotator does not have the flag.
    """
    reports = kept_annotators(session, study).found.annotators
    report = next((each for each in reports if each.id == annotator.id), None)
    if report is None or flag not in report.quality.flags:
        raise Conflict(
            "This annotator does not have this flag, so there is nothing to dismiss.", code="flag_absent"
        )


def dismiss_flag(
    session: Session, *, study: Study, annotator: Annotator, flag: Flag, decision: Decision
) -> DismissedFlag:
    """Dismiss a flag. Dismissing a flag twice changes nothing.

    Raises:
        Conflict: the annotator left the study.
    """
    study = lock_annotator(session, study, annotator)
    before = session.get(DismissedFlag, (annotator.id, flag))
    if before is not None:
        return before
    dismissed = DismissedFlag(
        annotator_id=annotator.id, flag=flag, reason=decision.reason, actor=decision.actor, at=decision.at
    )
    session.add(dismissed)
    _audit(session, "flag.dismiss", study, annotator, flag, decision)
    return dismissed


def restore_flag(
    session: Session, *, study: Study, annotator: Annotator, flag: Flag, decision: Decision
) -> None:
    """Restore a dismissed flag. Restoring a flag twice changes nothing."""
    before = session.get(DismissedFlag, (annotator.id, flag))
    if before is None:
        return
    session.delete(before)
    _audit(session, "flag.restore", study, annotator, flag, decision)


def _audit(
    session: Session, action: str, study: Study, annotator: Annotator, flag: Flag, decision: Decision
) -> None:
    add_audit_event(
        session, action, study=study, decision=decision, annotator=annotator.pseudonym, flag=flag.value
    )
