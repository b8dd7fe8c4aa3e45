"""The tables of the audit log: events (actor, change, time), and the hash chain over the events.

The database refuses to change or delete rows of both tables (migration 0048).
"""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from app.tables.base import SHA256, Base, RowId


class AuditEvent(Base):
    """A change.

    Events name annotators only by pseudonym, and do not contain the owner's reasons for decisions about
    annotators. Erasing an annotator therefore never changes an event.
    """

    __tablename__ = "audit_events"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(120))
    action: Mapped[str] = mapped_column(String(80))
    subject: Mapped[str] = mapped_column(String(200), index=True)
    details: Mapped[dict[str, Any]] = mapped_column(JSON)


class AuditHash(Base):
    """The hash of an event and of the hash before it (app/audit_chain.py)."""

    __tablename__ = "audit_hashes"

    # 1 for the first event of the chain; without gaps.
    position: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=False)
    event_id: Mapped[int] = mapped_column(
        RowId, ForeignKey("audit_events.id", ondelete="RESTRICT"), unique=True
    )
    hash: Mapped[str] = mapped_column(SHA256)
