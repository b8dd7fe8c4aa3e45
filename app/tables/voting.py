"""The tables of assignments, votes and vote events.

A vote row never changes. The events of a vote determine the vote's status; events are added, but never
changed or deleted.
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
    """One comparison for one annotator, with a lease.

    The assignment fixes which side of the matchup is shown on the left and on the right.
    """

    __tablename__ = "assignments"
    __table_args__ = (
        # An annotator gets a comparison once for each purpose. Comparisons of expired or undone assignments
        # may be assigned again.
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
        # This index answers the queries on an annotator's assignments that run for every vote, without
        # reading the rows.
        Index("ix_assignments_annotator", "annotator_id", "status", "pair_id", "comparison_id", "position"),
        Index("ix_assignments_comparison_id", "comparison_id"),
        # When a row is removed, the database uses this index to find the row that replaces it.
        Index(
            "ix_assignments_replaces_id",
            "replaces_id",
            sqlite_where=text("replaces_id IS NOT NULL"),
            postgresql_where=text("replaces_id IS NOT NULL"),
        ),
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
    # Whether the assignment's lease and valid vote take a slot: true if the purpose is vote and the study
    # counts the annotator's kind. The value is stored so that leases, selection and counting need not read
    # the annotator.
    takes_slot: Mapped[bool] = mapped_column(default=True, server_default=true())
    # The version of the study's protocol when the assignment was created.
    protocol_version: Mapped[int] = mapped_column(default=1, server_default="1")
    # The position in the order of this annotator's comparisons; after an undo the position is kept.
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
    # After an undo: the earlier assignment that this assignment replaces.
    replaces_id: Mapped[int | None] = mapped_column(RowId, ForeignKey("assignments.id", ondelete="RESTRICT"))

    def side_of(self, choice: Choice) -> Side:
        """Return the side (reference or other) that is shown at this position (left or right)."""
        return self.left_side if choice is Choice.LEFT else self.left_side.opposite

    def choice_of(self, side: Side) -> Choice:
        """Return the position (left or right) at which the given side is shown."""
        return Choice.LEFT if side is self.left_side else Choice.RIGHT


def status_is(*statuses: AssignmentStatus) -> ColumnElement[bool]:
    """Return the SQL condition that selects assignments with one of these statuses, written as literals.

    Because the statuses are literals, the database can use the partial indexes. SQLite uses the index on open
    assignments for `status = 'open'`, but not for `status IN ('open')`. Literals also save time, because
    SQLAlchemy does not have to expand a list of parameters at each execution.
    """
    spelled: list[ColumnElement[str]] = [literal_column(f"'{status.value}'") for status in statuses]
    return Assignment.status == spelled[0] if len(spelled) == 1 else Assignment.status.in_(spelled)


class Vote(Base):
    __tablename__ = "votes"
    __table_args__ = (
        Index("ix_votes_study_id", "study_id", "id"),
        # The dashboard needs this index to count the votes of the last hours.
        Index("ix_votes_study_id_cast_at", "study_id", "cast_at"),
        Index(
            "ix_votes_replaces_id",
            "replaces_id",
            sqlite_where=text("replaces_id IS NOT NULL"),
            postgresql_where=text("replaces_id IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    # A double click sends the form twice. The unique constraint accepts only the first vote.
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
    """A change of a vote's status, with the reason and the actor."""

    __tablename__ = "vote_events"
    __table_args__ = (
        Index("ix_vote_events_vote_id", "vote_id", "id"),
        # The cache of live counts reads only events whose ids are larger than all ids that it has read. The
        # id of a removed event must therefore never be used again.
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    vote_id: Mapped[int] = mapped_column(RowId, ForeignKey("votes.id", ondelete="RESTRICT"))
    status: Mapped[VoteStatus]
    reason: Mapped[str] = mapped_column(String(400))
    actor: Mapped[str] = mapped_column(String(120))
    at: Mapped[datetime]
