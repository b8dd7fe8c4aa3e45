"""Adds events to the audit log."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.security.identity import Principal
from app.tables.audit import AuditEvent

# The actor of background tasks that nobody started.
SERVER = "server"


def record_event(
    session: Session, actor: Principal | str, action: str, *, subject: str, now: datetime, **details: object
) -> None:
    """Record that a person or a part of the service did `action` to `subject`; never pass secrets.

    Args:
        actor: the person, or the name of the part, such as SERVER.
        action: the kind of the subject and a verb, such as `study.open`.
        subject: the slug, id or name of the subject.
        details: values that JSON can hold.
    """
    name = actor.name if isinstance(actor, Principal) else actor
    session.add(AuditEvent(at=now, actor=name, action=action, subject=subject, details=details))
    session.flush()
