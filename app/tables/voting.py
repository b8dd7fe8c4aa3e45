"""Assignments, votes and what happened to votes afterwards.

A vote row never changes. What it counts as follows from its events, which are only ever added.
"""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import (
    ColumnElement,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
    literal_column,
    text,
    true,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.tables.base import Base, RowId, closed_set
from benchmark.protocol import AssignmentPurpose, Choice, Justification, Side, SkipReason, VoteStatus


class AssignmentStatus(StrEnum):
    OPEN = "open"
    VOTED = "voted"
    SKIPPED = "skipped"
    EXPIRED = "expired"
    UNDONE = "undone"
    CANCELLED = "cancelled"


class Assignment(Base):
    """A comparison shown to one annotator: sides fixed, lease running."""

    __tablename__ = "assignments"
    __table_args__ = (
        # No comparison twice for one annotator and purpose; an expired or undone one may come back.
        Index(
            "uq_assignments_annotator_comparison_purpose",
            "annotator_id",
            "comparison_id",
            "purpose",
            unique=True,
            sqlite_where=text("status IN ('open', 'voted', 'skipped')"),
            postgresql_where=text("status IN ('open', 'voted', 'skipped')"),
        ),
        Index(
            "ix_assignments_open",
            "study_id",
            "expires_at",
            sqlite_where=text("status = 'open'"),
            postgresql_where=text("status = 'open'"),
        ),
        Index(
            "ix_assignments_skipped",
            "study_id",
            "skip_reason",
            sqlite_where=text("status = 'skipped'"),
            postgresql_where=text("status = 'skipped'"),
        ),
        # Covers all that is asked about one annotator's assignments for every vote, without reading the rows.
        Index("ix_assignments_annotator", "annotator_id", "status", "pair_id", "comparison_id", "position"),
        Index("ix_assignments_comparison_id", "comparison_id"),
        ForeignKeyConstraint(
            ["study_id", "protocol_version"],
            ["study_protocols.study_id", "study_protocols.version"],
            ondelete="RESTRICT",
        ),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    token: Mapped[str] = mapped_column(String(43), unique=True)
    study_id: Mapped[int] = mapped_column(RowId, ForeignKey("studies.id", ondelete="RESTRICT"))
    comparison_id: Mapped[int] = mapped_column(RowId, ForeignKey("comparisons.id", ondelete="RESTRICT"))
    pair_id: Mapped[int] = mapped_column(RowId, ForeignKey("pairs.id", ondelete="RESTRICT"))
    annotator_id: Mapped[int] = mapped_column(RowId, ForeignKey("annotators.id", ondelete="RESTRICT"))
    purpose: Mapped[AssignmentPurpose] = mapped_column(
        default=AssignmentPurpose.VOTE, server_default=AssignmentPurpose.VOTE.value
    )
    # Whether its lease and its valid vote fill a slot: purpose vote, and an annotator whose kind the study
    # counts. Stored here so that leases, selection and counting need not look the annotator up.
    takes_slot: Mapped[bool] = mapped_column(default=True, server_default=true())
    # The version of the study's protocol it was made under.
    protocol_version: Mapped[int] = mapped_column(default=1, server_default="1")
    # The order in which this annotator meets comparisons; an undone one keeps its place.
    position: Mapped[int]
    left_side: Mapped[Side]
    status: Mapped[AssignmentStatus] = mapped_column(closed_set(AssignmentStatus))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    skip_reason: Mapped[SkipReason | None]
    # Bytes of each rendition served so far, counted from the start without a gap.
    left_delivered: Mapped[int] = mapped_column(default=0)
    right_delivered: Mapped[int] = mapped_column(default=0)
    left_delivered_whole_at: Mapped[datetime | None]
    right_delivered_whole_at: Mapped[datetime | None]
    # After an undo: the assignment whose vote this one takes the place of.
    replaces_id: Mapped[int | None] = mapped_column(RowId, ForeignKey("assignments.id", ondelete="RESTRICT"))

    def side_of(self, choice: Choice) -> Side:
        """Return the side shown left or right."""
        return self.left_side if choice is Choice.LEFT else self.left_side.opposite

    def choice_of(self, side: Side) -> Choice:
        """Return where a side is shown."""
        return Choice.LEFT if side is self.left_side else Choice.RIGHT


def status_is(*statuses: AssignmentStatus) -> ColumnElement[bool]:
    """Return the condition with the statuses written out, so that the partial indexes above can be taken.

    SQLite takes an index on open assignments for `status = 'open'`, not for an IN of one value. Written out,
    SQLAlchemy need not expand a list of parameters anew each time either.
    """
    spelled: list[ColumnElement[str]] = [literal_column(f"'{status.value}'") for status in statuses]
    return Assignment.status == spelled[0] if len(spelled) == 1 else Assignment.status.in_(spelled)


class Vote(Base):
    __tablename__ = "votes"
    __table_args__ = (Index("ix_votes_study_id", "study_id", "id"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    # A double click sends the form twice. The unique constraint lets one through.
    assignment_id: Mapped[int] = mapped_column(
        RowId, ForeignKey("assignments.id", ondelete="RESTRICT"), unique=True
    )
    study_id: Mapped[int] = mapped_column(RowId, ForeignKey("studies.id", ondelete="RESTRICT"))
    comparison_id: Mapped[int] = mapped_column(
        RowId, ForeignKey("comparisons.id", ondelete="RESTRICT"), index=True
    )
    annotator_id: Mapped[int] = mapped_column(
        RowId, ForeignKey("annotators.id", ondelete="RESTRICT"), index=True
    )
    chosen_side: Mapped[Side]
    chosen_id: Mapped[int] = mapped_column(RowId, ForeignKey("submissions.id", ondelete="RESTRICT"))
    image_alignment: Mapped[bool]
    text_alignment: Mapped[bool]
    object_motion: Mapped[bool]
    overall_quality: Mapped[bool]
    cast_at: Mapped[datetime]
    decision_ms: Mapped[int | None]
    left_watched_ms: Mapped[int | None]
    right_watched_ms: Mapped[int | None]
    replaces_id: Mapped[int | None] = mapped_column(RowId, ForeignKey("votes.id", ondelete="RESTRICT"))

    @property
    def justifications(self) -> tuple[Justification, ...]:
        """The ticked justifications, in the protocol's order."""
        return tuple(each for each in Justification if getattr(self, each.value))


class VoteEvent(Base):
    """What a vote counts as from now on, why and on whose word."""

    __tablename__ = "vote_events"
    __table_args__ = (Index("ix_vote_events_vote_id", "vote_id", "id"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    vote_id: Mapped[int] = mapped_column(RowId, ForeignKey("votes.id", ondelete="RESTRICT"))
    status: Mapped[VoteStatus]
    reason: Mapped[str] = mapped_column(String(400))
    actor: Mapped[str] = mapped_column(String(120))
    at: Mapped[datetime]
