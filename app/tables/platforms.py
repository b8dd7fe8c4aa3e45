"""The tables of the participants of crowd platforms, of used links, and of received notifications.

Only the table `platform_sessions` contains ids of participants.
"""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from app.tables.base import SHA256, Base, RowId
from benchmark.protocol import PlatformKind, SessionStatus


class PlatformSession(Base):
    """A participant of a platform in one study. Each participant is one annotator.

    The row is deleted when the participant withdraws.
    """

    __tablename__ = "platform_sessions"
    __table_args__ = (
        UniqueConstraint("study_id", "participant"),
        # With this index, the database finds the other studies of a participant.
        Index("ix_platform_sessions_participant", "participant"),
    )

    annotator_id: Mapped[int] = mapped_column(
        RowId, ForeignKey("annotators.id", ondelete="RESTRICT"), primary_key=True
    )
    study_id: Mapped[int] = mapped_column(RowId, ForeignKey("studies.id", ondelete="RESTRICT"))
    kind: Mapped[PlatformKind]
    participant: Mapped[str] = mapped_column(String(255))
    # The id of the participant's submission (Prolific) or assignment (Mechanical Turk); empty if unknown.
    session: Mapped[str] = mapped_column(String(255))
    # The server of Mechanical Turk that receives the form of a finished HIT; empty on other platforms.
    submit_to: Mapped[str] = mapped_column(String(100), default="", server_default="")
    # Whether the platform signed the ids in every link by which the participant joined.
    is_verified: Mapped[bool] = mapped_column(default=False, server_default=false())
    status: Mapped[SessionStatus]
    # The time of the status. A notification that is older than this time is ignored.
    status_at: Mapped[datetime]
    joined_at: Mapped[datetime]


class PlatformToken(Base):
    """A signed link that a browser used. Another browser cannot use the link."""

    __tablename__ = "platform_tokens"

    study_id: Mapped[int] = mapped_column(
        RowId, ForeignKey("studies.id", ondelete="RESTRICT"), primary_key=True
    )
    token_hash: Mapped[str] = mapped_column(SHA256, primary_key=True)
    browser_session_id: Mapped[int] = mapped_column(
        RowId, ForeignKey("browser_sessions.id", ondelete="CASCADE"), index=True
    )
    expires_at: Mapped[datetime]


class PlatformEvent(Base):
    """A notification that changed the state of a participant. A repeated notification changes nothing."""

    __tablename__ = "platform_events"
    __table_args__ = (UniqueConstraint("study_id", "signature"),)

    study_id: Mapped[int] = mapped_column(
        RowId, ForeignKey("studies.id", ondelete="RESTRICT"), primary_key=True
    )
    # The platform sends an event again with the same id, but with a new signature.
    event_id: Mapped[str] = mapped_column(String(255), primary_key=True)
    signature: Mapped[str] = mapped_column(String(200))
    received_at: Mapped[datetime]
