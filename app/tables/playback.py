"""The table of playback events: what annotators did with the two clips of an assignment."""

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.tables.base import Base, RowId
from benchmark.protocol import Choice, PlaybackKind


class PlaybackEvent(Base):
    """A play, pause, seek or completion of one clip of an assignment, as reported by the voting page.

    Each time a page shows an assignment, its script chooses a random number `view`. The script numbers the
    events of this view from 0. The database therefore stores an event once, even if the page sends the event
    several times. After a reload, the page has another number `view`.
    """

    __tablename__ = "playback_events"
    __table_args__ = (
        UniqueConstraint("assignment_id", "view", "number"),
        CheckConstraint("number >= 0", name="number_not_negative"),
        CheckConstraint("at_ms >= 0", name="at_not_negative"),
        CheckConstraint("position_ms >= 0", name="position_not_negative"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    assignment_id: Mapped[int] = mapped_column(RowId, ForeignKey("assignments.id", ondelete="RESTRICT"))
    view: Mapped[int] = mapped_column(BigInteger)
    number: Mapped[int]
    # The position of the clip on the screen: clip A is left, clip B is right.
    clip: Mapped[Choice]
    kind: Mapped[PlaybackKind]
    # Milliseconds since the page showed the assignment.
    at_ms: Mapped[int] = mapped_column(BigInteger)
    # Position in the clip, milliseconds.
    position_ms: Mapped[int] = mapped_column(BigInteger)
