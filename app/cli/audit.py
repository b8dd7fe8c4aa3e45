"""Adds commands to the audit log. The actor is "command line", because nobody signs in there."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.tables.audit import AuditEvent

ACTOR = "command line"


def note_event(session: Session, *, action: str, subject: str, now: datetime, **details: object) -> None:
    """Record in the audit log that `action` was done to `subject`; never pass secrets."""
    session.add(AuditEvent(at=now, actor=ACTOR, action=action, subject=subject, details=details))
