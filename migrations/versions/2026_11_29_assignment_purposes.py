"""purposes of assignments

Why: a hidden repeat shows an annotator a comparison twice, so an annotator can have one assignment of a
comparison for each purpose (docs/decisions/0011). The column `takes_slot` says whether an assignment takes a
slot of the comparison. Assignments of gold comparisons get the purpose `gold` and take no slot.
Locks: PostgreSQL locks the table `assignments` while it checks all rows, builds the unique index and updates
gold assignments. SQLite adds the columns in place.
Works with the previous release: yes, but gold assignments that the previous release creates get the purpose
`vote`.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

OLD, NEW = "uq_assignments_annotator_comparison", "uq_assignments_annotator_comparison_purpose"
LIVE = "status IN ('open', 'voted', 'skipped')"
# The old index allows one assignment per comparison and annotator.
DELETE_REPEATS_AND_QUIZZES = (
    "DELETE FROM vote_events WHERE vote_id IN (SELECT votes.id FROM votes JOIN assignments "
    "ON assignments.id = votes.assignment_id WHERE assignments.purpose IN ('repeat', 'quiz'))",
    "DELETE FROM votes WHERE assignment_id IN "
    "(SELECT id FROM assignments WHERE purpose IN ('repeat', 'quiz'))",
    "DELETE FROM assignments WHERE purpose IN ('repeat', 'quiz')",
)


def upgrade() -> None:
    op.execute(
        "ALTER TABLE assignments ADD COLUMN purpose VARCHAR(32) NOT NULL DEFAULT 'vote' "
        "CONSTRAINT ck_assignments_assignment_purpose CHECK (purpose IN ('vote', 'gold', 'repeat', 'quiz'))"
    )
    op.add_column(
        "assignments", sa.Column("takes_slot", sa.Boolean(), nullable=False, server_default=sa.true())
    )
    op.execute(
        "UPDATE assignments SET purpose = 'gold', takes_slot = false "
        "WHERE comparison_id IN (SELECT id FROM comparisons WHERE is_gold)"
    )
    _replace_index(OLD, NEW, ["annotator_id", "comparison_id", "purpose"])


def downgrade() -> None:
    for statement in DELETE_REPEATS_AND_QUIZZES:
        op.execute(statement)
    _replace_index(NEW, OLD, ["annotator_id", "comparison_id"])
    op.drop_column("assignments", "takes_slot")
    op.drop_column("assignments", "purpose")


def _replace_index(old: str, new: str, columns: list[str]) -> None:
    op.drop_index(old, "assignments")
    op.create_index(
        new,
        "assignments",
        columns,
        unique=True,
        sqlite_where=sa.text(LIVE),
        postgresql_where=sa.text(LIVE),
    )
