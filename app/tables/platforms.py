"""The table of participants of crowd platforms. No other table contains ids of a platform."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.tables.base import Base, RowId
from benchmark.protocol import PlatformKind, SessionStatus


class PlatformSession(Base):
    """A participant of a platform in one study. Each participant is one annotator.

    Withdrawing deletes the row. The ids come from a link, and the server cannot verify them.
    """

    __tablename__ = "platform_sessions"
    __table_args__ = (UniqueConstraint("study_id", "participant"),)

    annotator_id: Mapped[int] = mapped_column(
        RowId, ForeignKey("annotators.id", ondelete="RESTRICT"), primary_key=True
    )
    study_id: Mapped[int] = mapped_column(RowId, ForeignKey("studies.id", ondelete="RESTRICT"))
    kind: Mapped[PlatformKind]
    participant: Mapped[str] = mapped_column(String(255))
    # The id of the participant's submission (Prolific) or assignment (Mechanical Turk); empty if unknown.
    session: Mapped[str] = mapped_column(String(255))
    status: Mapped[SessionStatus]
    # The time of the status. A notification that is older is ignored.
    status_at: Mapped[datetime]
    joined_at: Mapped[datetime]
