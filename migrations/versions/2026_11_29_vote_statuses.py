"""vote statuses of repeats and quizzes

Why: votes of hidden repeats and of quizzes are stored, but they count in no score (docs/decisions/0011).
Locks: PostgreSQL locks the table `vote_events` while it checks all rows once; no row is rewritten. SQLite
rebuilds the table.
Works with the previous release: yes, as long as no vote has one of the two new statuses.
"""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

NAME = "ck_vote_events_vote_status"
BEFORE = ("valid", "superseded", "withdrawn", "excluded", "surplus", "gold", "pilot", "imported", "unknown")
ADDED = ("repeat", "quiz")


def upgrade() -> None:
    _replace_check((*BEFORE[:6], *ADDED, *BEFORE[6:]))


def downgrade() -> None:
    op.execute("UPDATE vote_events SET status = 'unknown' WHERE status IN ('repeat', 'quiz')")
    _replace_check(BEFORE)


def _replace_check(statuses: tuple[str, ...]) -> None:
    one_of = ", ".join(f"'{status}'" for status in statuses)
    with op.batch_alter_table("vote_events") as batch_op:
        batch_op.drop_constraint(op.f(NAME), type_="check")
        batch_op.create_check_constraint(op.f(NAME), f"status IN ({one_of})")
