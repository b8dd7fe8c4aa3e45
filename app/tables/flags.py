"""The table of dismissed flags."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from app.tables.base import Base, RowId
from benchmark.protocol import Flag


class DismissedFlag(Base):
    """A flag of an annotator that the study's owner has looked at and dismissed.

    The row is deleted if the owner restores the flag; the audit log has both decisions.
    """

    __tablename__ = "dismissed_flags"

    annotator_id: Mapped[int] = mapped_column(
        RowId, ForeignKey("annotators.id", ondelete="RESTRICT"), primary_key=True
    )
    flag: Mapped[Flag] = mapped_column(primary_key=True)
    reason: Mapped[str] = mapped_column(String(400))
    actor: Mapped[str] = mapped_column(String(200))
    at: Mapped[datetime]
