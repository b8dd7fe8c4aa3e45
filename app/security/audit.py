"""Adds events to the audit log, with a person as the actor."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.security.identity import Principal
from app.tables.audit import AuditEvent


def record_event(
    session: Session, principal: Principal, action: str, *, subject: str, now: datetime, **details: object
) -> None:
    """Record that a person did `action` to `subject`; never pass secrets.

    Args:
        action: the kind of the subject and a verb, such as `study.open`.
        subject: the slug, id or name of the subject.
        details: values that JSON can hold.
    """
    event = AuditEvent(at=now, actor=principal.name, action=action, subject=subject, details=details)
    session.add(event)
    session.flush()
