"""The table of wrong clips that the server made for gold questions."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from app.tables.base import Base, RowId
from benchmark.protocol import GoldKind, GoldStatus


class GoldClip(Base):
    """A wrong clip that the server made from the clips of a submission, and the right clip of the same pair.

    A study uses the wrong clip in a gold question only if the owner confirmed the clip.
    """

    __tablename__ = "gold_clips"

    clip_id: Mapped[int] = mapped_column(RowId, ForeignKey("clips.id", ondelete="RESTRICT"), primary_key=True)
    right_id: Mapped[int] = mapped_column(RowId, ForeignKey("clips.id", ondelete="RESTRICT"), index=True)
    kind: Mapped[GoldKind]
    status: Mapped[GoldStatus] = mapped_column(default=GoldStatus.PROPOSED)
    decided_by_id: Mapped[int | None] = mapped_column(RowId, ForeignKey("people.id", ondelete="RESTRICT"))
    decided_at: Mapped[datetime | None]
