"""vote status of automatic judges

Why: votes of an automatic judge are stored with a status of their own, so that no table counts them together
with votes of people (docs/reproduction.md).
Locks: PostgreSQL locks the table `vote_events` while it checks all rows once; no row is rewritten. SQLite
rebuilds the table.
Works with the previous release: yes, as long as no vote has the new status.
"""

from alembic import op

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None

NAME = "ck_vote_events_vote_status"
BEFORE = (
    "valid",
    "superseded",
    "withdrawn",
    "excluded",
    "surplus",
    "gold",
    "repeat",
    "quiz",
    "pilot",
    "imported",
    "unknown",
)


def upgrade() -> None:
    _replace_check((*BEFORE[:-1], "automatic", BEFORE[-1]))


def downgrade() -> None:
    op.execute("UPDATE vote_events SET status = 'unknown' WHERE status = 'automatic'")
    _replace_check(BEFORE)


def _replace_check(statuses: tuple[str, ...]) -> None:
    one_of = ", ".join(f"'{status}'" for status in statuses)
    # SQLite rebuilds the table; ids of removed events must still never be used again.
    keywords = {"sqlite_autoincrement": True} if op.get_bind().dialect.name == "sqlite" else {}
    with op.batch_alter_table("vote_events", table_kwargs=keywords) as batch_op:
        batch_op.drop_constraint(op.f(NAME), type_="check")
        batch_op.create_check_constraint(op.f(NAME), f"status IN ({one_of})")
