"""deletion of studies

Why: an owner can delete a study. A background task removes the study's rows after a grace period. When a vote
or an assignment is removed, the database looks for rows whose `replaces_id` refers to the removed row. An
index on `replaces_id` makes this search fast. On SQLite the ids of removed vote events are never used again.
If ids were used again, the cache of live counts would miss new events, because it reads only events with ids
above the largest id already read.
Locks: PostgreSQL locks the table `studies` while it adds the column, and the table `tasks` while it checks
all rows once. PostgreSQL also locks the tables `votes` and `assignments` while it builds the indexes. No row
is rewritten. SQLite rebuilds the tables `tasks` and `vote_events`.
Works with the previous release: yes, except that the previous release does not run the deletion tasks.
"""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

NAME = "ck_tasks_task_kind"
BEFORE = ("renditions", "benchmark_import", "votes_import")
ADDED = ("study_deletion",)
REPLACED = ("votes", "assignments")


def upgrade() -> None:
    op.add_column("studies", sa.Column("deletes_at", sa.DateTime(timezone=True), nullable=True))
    for table in REPLACED:
        op.create_index(
            op.f(f"ix_{table}_replaces_id"),
            table,
            ["replaces_id"],
            sqlite_where=sa.text("replaces_id IS NOT NULL"),
            postgresql_where=sa.text("replaces_id IS NOT NULL"),
        )
    _replace_kinds((*BEFORE, *ADDED))
    _rebuild_events(sqlite_autoincrement=True)


def downgrade() -> None:
    _rebuild_events(sqlite_autoincrement=False)
    op.execute("DELETE FROM tasks WHERE kind = 'study_deletion'")
    _replace_kinds(BEFORE)
    for table in REPLACED:
        op.drop_index(op.f(f"ix_{table}_replaces_id"), table)
    op.drop_column("studies", "deletes_at")


def _replace_kinds(kinds: tuple[str, ...]) -> None:
    one_of = ", ".join(f"'{kind}'" for kind in kinds)
    with op.batch_alter_table("tasks") as batch_op:
        batch_op.drop_constraint(op.f(NAME), type_="check")
        batch_op.create_check_constraint(op.f(NAME), f"kind IN ({one_of})")


def _rebuild_events(*, sqlite_autoincrement: bool) -> None:
    if op.get_bind().dialect.name == "sqlite":
        keywords = {"sqlite_autoincrement": sqlite_autoincrement}
        with op.batch_alter_table("vote_events", recreate="always", table_kwargs=keywords):
            pass
