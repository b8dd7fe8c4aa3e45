"""The tables of metric scores, and of the settings with which the scores were computed."""

from datetime import datetime

from sqlalchemy import JSON, CheckConstraint, Float, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.tables.base import SHA256, Base, RowId, closed_set
from benchmark.protocol import SuiteName


class MetricSettings(Base):
    """The settings of a score: suite, backbone network and its revision, transform, frames.

    The hash identifies the suite and the settings. Rows never change.
    """

    __tablename__ = "metric_settings"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    settings_hash: Mapped[str] = mapped_column(SHA256, unique=True)
    suite: Mapped[SuiteName] = mapped_column(closed_set(SuiteName))
    settings: Mapped[dict[str, str]] = mapped_column(JSON)
    created_at: Mapped[datetime]


class MetricScore(Base):
    """A score of a clip, or the reason why the clip has no score.

    The database refuses NaN and infinity: SQLite stores NaN as NULL, and on PostgreSQL NaN is larger than
    every number.
    """

    __tablename__ = "metric_scores"
    __table_args__ = (
        UniqueConstraint("clip_id", "metric", "settings_id"),
        CheckConstraint("(value IS NULL) = (refusal <> '')", name="value_or_refusal"),
        CheckConstraint("value IS NULL OR (value > -1e300 AND value < 1e300)", name="value_finite"),
        Index("ix_metric_scores_settings_id", "settings_id"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    clip_id: Mapped[int] = mapped_column(RowId, ForeignKey("clips.id", ondelete="RESTRICT"))
    metric: Mapped[str] = mapped_column(String(64))
    settings_id: Mapped[int] = mapped_column(RowId, ForeignKey("metric_settings.id", ondelete="RESTRICT"))
    value: Mapped[float | None] = mapped_column(Float)
    refusal: Mapped[str] = mapped_column(String(500), default="")
