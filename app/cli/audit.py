"""Records commands in the audit log, with the actor "command line"."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.security.audit import record_event

ACTOR = "command line"


def note_event(session: Session, *, action: str, subject: str, now: datetime, **details: object) -> None:
    """Record in the audit log that a command did `action` to `subject`. Never pass secrets in `details`."""
    record_event(session, ACTOR, action, subject=subject, now=now, **details)
