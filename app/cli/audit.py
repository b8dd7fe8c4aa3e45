"""Notes what was done at the command line, where nobody signs in."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.tables.audit import AuditEvent

ACTOR = "command line"


def note_event(session: Session, *, action: str, subject: str, now: datetime, **details: object) -> None:
    """Keep that `action` was done to `subject`, for whoever asks later; secrets never go in."""
    session.add(AuditEvent(at=now, actor=ACTOR, action=action, subject=subject, details=details))
