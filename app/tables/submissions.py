"""The tables of models under evaluation, submissions, clips and renditions."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    Float,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.tables.base import SHA256, Base, RowId
from benchmark.protocol import SubmissionStatus, Visibility


class VideoModel(Base):
    __tablename__ = "video_models"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    slug: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    description: Mapped[str] = mapped_column(Text)
    url: Mapped[str] = mapped_column(String(400))
    licence: Mapped[str] = mapped_column(String(200))
    owner_id: Mapped[int] = mapped_column(RowId, ForeignKey("people.id", ondelete="RESTRICT"))
    created_at: Mapped[datetime]
    # The end of the grace period of a deleted model; the model is removed afterwards.
    deletes_at: Mapped[datetime | None]


class Submission(Base):
    __tablename__ = "submissions"
    __table_args__ = (
        # A withdrawn submission's label can be used again.
        Index(
            "uq_submissions_model_id_benchmark_id_label",
            "model_id",
            "benchmark_id",
            "label",
            unique=True,
            sqlite_where=text("status <> 'withdrawn'"),
            postgresql_where=text("status <> 'withdrawn'"),
        ),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(32), unique=True)
    model_id: Mapped[int] = mapped_column(RowId, ForeignKey("video_models.id", ondelete="RESTRICT"))
    benchmark_id: Mapped[int] = mapped_column(RowId, ForeignKey("benchmarks.id", ondelete="RESTRICT"))
    owner_id: Mapped[int] = mapped_column(RowId, ForeignKey("people.id", ondelete="RESTRICT"))
    label: Mapped[str] = mapped_column(String(64))  # an empty text if the model has one submission
    status: Mapped[SubmissionStatus]
    visibility: Mapped[Visibility] = mapped_column(
        default=Visibility.PRIVATE, server_default=Visibility.PRIVATE.value
    )
    is_partial: Mapped[bool]
    created_at: Mapped[datetime]
    finalised_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
    # The end of the grace period of a deleted submission; its clips are removed afterwards.
    deletes_at: Mapped[datetime | None]
    # Set when the files of the clips were removed. If a closed study compares the submission, the rows of the
    # submission and its clips stay, because the study's votes and protocol refer to them.
    clips_removed_at: Mapped[datetime | None]


class Clip(Base):
    """A submitted clip, with the properties that the server read from its video file.

    The media store holds the clip's bytes; the storage key is derived from the sha256 of the bytes.
    """

    __tablename__ = "clips"
    __table_args__ = (
        UniqueConstraint("submission_id", "pair_id", "seed"),
        CheckConstraint("frames > 0", name="frames_positive"),
        CheckConstraint("seed >= 0", name="seed_not_negative"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    submission_id: Mapped[int] = mapped_column(RowId, ForeignKey("submissions.id", ondelete="RESTRICT"))
    pair_id: Mapped[int] = mapped_column(RowId, ForeignKey("pairs.id", ondelete="RESTRICT"), index=True)
    seed: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    sha256: Mapped[str] = mapped_column(SHA256)
    bytes: Mapped[int]
    codec: Mapped[str] = mapped_column(String(16))
    pixel_format: Mapped[str] = mapped_column(String(16))
    width: Mapped[int]
    height: Mapped[int]
    frames: Mapped[int]
    fps: Mapped[float] = mapped_column(Float)
    duration_s: Mapped[float] = mapped_column(Float)
    constant_fps: Mapped[bool]
    has_audio: Mapped[bool]
    is_static: Mapped[bool]
    is_remuxable: Mapped[bool] = mapped_column(default=False, server_default=false())
    first_frame_distance: Mapped[float | None] = mapped_column(Float)
    # The uploader's declaration of how the clip was made, which is shown but not verified; None without a
    # declaration.
    provenance: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    received_at: Mapped[datetime]


class Rendition(Base):
    """A cleaned copy of a clip; the server makes one copy per rendition recipe (its encoding settings)."""

    __tablename__ = "renditions"
    __table_args__ = (UniqueConstraint("clip_id", "recipe"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    clip_id: Mapped[int] = mapped_column(RowId, ForeignKey("clips.id", ondelete="RESTRICT"))
    recipe: Mapped[str] = mapped_column(String(80))
    media_key: Mapped[str] = mapped_column(String(120))
    bytes: Mapped[int]
    created_at: Mapped[datetime]
