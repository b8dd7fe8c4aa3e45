"""The table of the phases that annotators have ended, with the annotators' answers."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from app.tables.base import Base, RowId
from benchmark.protocol import Outcome, Phase


class AnnotatorPhase(Base):
    """A row for each phase that an annotator has ended.

    If the annotator did not pass the phase, the annotator could not continue the study; `outcome` says why.
    """

    __tablename__ = "annotator_phases"
    __table_args__ = (CheckConstraint("passed <> (outcome IS NOT NULL)", name="failure_has_outcome"),)

    annotator_id: Mapped[int] = mapped_column(
        RowId, ForeignKey("annotators.id", ondelete="RESTRICT"), primary_key=True
    )
    phase: Mapped[Phase] = mapped_column(primary_key=True)
    # The version of the study's protocol that contains the texts which the annotator saw.
    version: Mapped[int]
    answers: Mapped[dict[str, Any]] = mapped_column(JSON)
    passed: Mapped[bool]
    outcome: Mapped[Outcome | None]
    at: Mapped[datetime]
