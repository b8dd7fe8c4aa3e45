"""Records commands in the audit log, with the actor "command line"."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.tables.audit import AuditEvent

ACTOR = "command line"


def note_event(session: Session, *, action: str, subject: str, now: datetime, **details: object) -> None:
    """Record in the audit log that a command did `action` to `subject`. Never pass secrets in `details`."""
    session.add(AuditEvent(at=now, actor=ACTOR, action=action, subject=subject, details=details))
