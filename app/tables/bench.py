"""The tables of benchmarks and pairs; a benchmark is a named, versioned set of pairs with images."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.tables.base import SHA256, Base, RowId
from benchmark.protocol import Visibility

# Tags that mark gold questions and name the wrong answer. These tags are never shown to anyone.
GOLD_TAGS = frozenset({"gold", "gold_against"})


class Benchmark(Base):
    """One version of a benchmark. A slug without a version refers to the newest version."""

    __tablename__ = "benchmarks"
    __table_args__ = (UniqueConstraint("slug", "version"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    slug: Mapped[str] = mapped_column(String(64))
    version: Mapped[int]
    # The owner; None if the operator imported the benchmark on the server itself.
    owner_id: Mapped[int | None] = mapped_column(RowId, ForeignKey("people.id", ondelete="RESTRICT"))
    visibility: Mapped[Visibility] = mapped_column(
        default=Visibility.PUBLIC, server_default=Visibility.PUBLIC.value
    )
    title: Mapped[str] = mapped_column(String(200))
    source: Mapped[str] = mapped_column(String(400))
    licence: Mapped[str] = mapped_column(String(200))
    content_hash: Mapped[str] = mapped_column(SHA256)
    created_at: Mapped[datetime]


class Pair(Base):
    __tablename__ = "pairs"
    __table_args__ = (
        UniqueConstraint("benchmark_id", "name"),
        UniqueConstraint("benchmark_id", "position"),
        # Each request for a thumbnail looks up which benchmarks contain its image.
        Index("ix_pairs_image_key", "image_key"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    benchmark_id: Mapped[int] = mapped_column(RowId, ForeignKey("benchmarks.id", ondelete="RESTRICT"))
    position: Mapped[int]
    name: Mapped[str] = mapped_column(String(400))  # the REST API calls it the pair id
    prompt: Mapped[str] = mapped_column(Text)
    scenario: Mapped[str] = mapped_column(String(100))
    image: Mapped[str] = mapped_column(String(200))
    image_key: Mapped[str] = mapped_column(String(120))
    image_type: Mapped[str] = mapped_column(String(40))
    tags: Mapped[dict[str, Any]] = mapped_column(JSON)

    @property
    def shown_tags(self) -> dict[str, Any]:
        """The tags that do not reveal whether the pair is a gold question."""
        return {name: value for name, value in self.tags.items() if name not in GOLD_TAGS}
