"""The tables of studies. A study has a protocol and matchups; a matchup has one comparison per pair."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    false,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.tables.base import Base, RowId
from benchmark.protocol import (
    Language,
    PlatformKind,
    RenditionRecipe,
    StudyKind,
    StudyStatus,
    Visibility,
    WatchGate,
)


class Study(Base):
    __tablename__ = "studies"
    __table_args__ = (
        CheckConstraint("votes_per_comparison > 0 AND votes_per_comparison % 2 = 1", name="panel_is_odd"),
        CheckConstraint("lease_s > 0", name="lease_positive"),
        CheckConstraint("gold_block > 1", name="gold_block_holds_others"),
        CheckConstraint("gold_most > 0", name="gold_most_positive"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    slug: Mapped[str] = mapped_column(String(64), unique=True)
    kind: Mapped[StudyKind] = mapped_column(default=StudyKind.HUMAN, server_default=StudyKind.HUMAN.value)
    visibility: Mapped[Visibility] = mapped_column(
        default=Visibility.PRIVATE, server_default=Visibility.PRIVATE.value
    )
    # Identifies the unlisted link to the results; None if there is no link.
    results_link: Mapped[str | None] = mapped_column(String(43))
    title: Mapped[str] = mapped_column(String(200))
    instructions: Mapped[str] = mapped_column(Text)
    benchmark_id: Mapped[int] = mapped_column(RowId, ForeignKey("benchmarks.id", ondelete="RESTRICT"))
    owner_id: Mapped[int] = mapped_column(RowId, ForeignKey("people.id", ondelete="RESTRICT"))
    status: Mapped[StudyStatus]
    votes_per_comparison: Mapped[int]
    comparisons_per_annotator: Mapped[int | None]
    lease_s: Mapped[int]
    watch_gate: Mapped[WatchGate]
    renditions: Mapped[RenditionRecipe]
    require_justification: Mapped[bool]
    seed: Mapped[int] = mapped_column(BigInteger)
    # Whether the study runs as a pilot, in which no vote counts.
    is_pilot: Mapped[bool] = mapped_column(default=False, server_default=false())
    # Whether the study is the hidden copy of a draft that its owner previews.
    is_preview: Mapped[bool] = mapped_column(default=False, server_default=false())
    # Counts the saves of the draft, so that a save can name the revision that it changes.
    revision: Mapped[int] = mapped_column(default=1, server_default="1")
    # One of every gold_block comparisons of an annotator is a gold question, until the annotator has had
    # gold_most gold questions. Both columns are None in a study without gold questions.
    gold_block: Mapped[int | None]
    gold_most: Mapped[int | None]
    # The language in which the owner writes the texts of the study.
    language: Mapped[Language] = mapped_column(default=Language.EN, server_default=Language.EN.value)
    # The languages among which an annotator can choose, by value; None for only `language`.
    languages: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))
    # The translations of the owner's texts, by language and original text; None if there are none.
    translations: Mapped[dict[str, dict[str, str]] | None] = mapped_column(JSON(none_as_null=True))
    # The phases around the voting, in the form of benchmark.wire.phases.Phases; None if there are none.
    phases: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    # The quality rules, in the form of benchmark.wire.rules.Rules; None if there are none.
    rules: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    # The pay for an hour, in the form of benchmark.wire.pay.HourlyPay; None if the owner entered none.
    hourly_pay: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    # Limits and order of the comparisons, in the form of benchmark.wire.allocation.Allocation; None if the
    # owner set none.
    allocation: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    # The completion codes and return URLs, in the form of benchmark.wire.platforms.Platform. They are not
    # part of the protocol, because the protocol is published.
    platform: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    # The number of different pairs of the study. The service does not search for a new pair for an annotator
    # who has seen this number of pairs.
    pairs: Mapped[int] = mapped_column(default=0)
    # Number of open comparisons with a free slot, stored so that a progress bar need not count thousands of
    # rows.
    unfilled_comparisons: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    opened_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    # Set if the owner hid the study from the list of studies.
    archived_at: Mapped[datetime | None]
    # The time after which a background task removes the study; None unless its owner deleted it.
    deletes_at: Mapped[datetime | None]

    @property
    def may_be_framed(self) -> bool:
        """Return whether Mechanical Turk may show the study's pages in a frame."""
        return (self.platform or {}).get("kind") == PlatformKind.MTURK


class StudyProtocol(Base):
    """A version of a study's frozen protocol.

    Rows never change. Each assignment refers to the protocol version that was current when the assignment was
    made.
    """

    __tablename__ = "study_protocols"
    __table_args__ = (CheckConstraint("version > 0", name="version_positive"),)

    study_id: Mapped[int] = mapped_column(
        RowId, ForeignKey("studies.id", ondelete="RESTRICT"), primary_key=True
    )
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    document: Mapped[dict[str, Any]] = mapped_column(JSON)
    # What changed since the previous version, in one sentence for people.
    change: Mapped[str] = mapped_column(String(400), default="", server_default="")
    created_at: Mapped[datetime]


class Matchup(Base):
    __tablename__ = "matchups"
    __table_args__ = (
        UniqueConstraint("study_id", "reference_id", "other_id"),
        UniqueConstraint("study_id", "position"),
        CheckConstraint("reference_id <> other_id", name="sides_differ"),
        CheckConstraint("reference_seed >= 0", name="reference_seed_not_negative"),
        CheckConstraint("other_seed >= 0", name="other_seed_not_negative"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    study_id: Mapped[int] = mapped_column(RowId, ForeignKey("studies.id", ondelete="RESTRICT"))
    position: Mapped[int]
    reference_id: Mapped[int] = mapped_column(
        RowId, ForeignKey("submissions.id", ondelete="RESTRICT"), index=True
    )
    other_id: Mapped[int] = mapped_column(
        RowId, ForeignKey("submissions.id", ondelete="RESTRICT"), index=True
    )
    # The seed whose clips each side shows.
    reference_seed: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    other_seed: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    # How the clips of this matchup are prepared; None for the renditions that the study sets.
    renditions: Mapped[RenditionRecipe | None]
    # Whether the matchup's comparisons are gold questions, whose correct answer is the reference and which
    # count in no result.
    is_gold: Mapped[bool] = mapped_column(default=False, server_default=false())
    closed_at: Mapped[datetime | None]
    close_reason: Mapped[str | None] = mapped_column(String(200))


class Comparison(Base):
    """A matchup on one pair. Each vote updates the comparison's counters in the same transaction.

    `slots_taken` counts valid votes and live leases. Each time a slot is taken, the server draws a new
    `shuffle_key` from the study's seed. An annotator gets the comparison with the fewest taken slots in the
    first batch. If several comparisons have equally few taken slots, the comparison with the smallest key
    comes first. The choice among these comparisons is therefore uniformly random, and the database finds the
    comparison with an index. A gold comparison is never open, takes no slots and counts no votes.
    """

    __tablename__ = "comparisons"
    __table_args__ = (
        UniqueConstraint("matchup_id", "pair_id"),
        Index("ix_comparisons_next", "study_id", "is_open", "batch", "slots_taken", "shuffle_key"),
        CheckConstraint("slots_taken >= votes_reference + votes_other", name="slots_cover_votes"),
        CheckConstraint("votes_reference >= 0 AND votes_other >= 0", name="votes_not_negative"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    study_id: Mapped[int] = mapped_column(RowId, ForeignKey("studies.id", ondelete="RESTRICT"))
    matchup_id: Mapped[int] = mapped_column(RowId, ForeignKey("matchups.id", ondelete="RESTRICT"))
    pair_id: Mapped[int] = mapped_column(RowId, ForeignKey("pairs.id", ondelete="RESTRICT"))
    is_open: Mapped[bool]
    # The batch of the pair; comparisons of an earlier batch are assigned first.
    batch: Mapped[int] = mapped_column(default=0, server_default="0")
    is_gold: Mapped[bool] = mapped_column(default=False, server_default=false())
    slots_taken: Mapped[int]
    shuffle_key: Mapped[int] = mapped_column(BigInteger)
    draws: Mapped[int]
    votes_reference: Mapped[int] = mapped_column(default=0)
    votes_other: Mapped[int] = mapped_column(default=0)
    image_alignment_reference: Mapped[int] = mapped_column(default=0)
    image_alignment_other: Mapped[int] = mapped_column(default=0)
    text_alignment_reference: Mapped[int] = mapped_column(default=0)
    text_alignment_other: Mapped[int] = mapped_column(default=0)
    object_motion_reference: Mapped[int] = mapped_column(default=0)
    object_motion_other: Mapped[int] = mapped_column(default=0)
    overall_quality_reference: Mapped[int] = mapped_column(default=0)
    overall_quality_other: Mapped[int] = mapped_column(default=0)
