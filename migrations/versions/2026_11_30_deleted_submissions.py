"""deletion of submissions and models

Why: an owner can delete a withdrawn submission or a model without submissions. A background task removes the
rows after a grace period.
Locks: PostgreSQL locks the tables `submissions` and `video_models` while it adds the columns, and the table
`tasks` while it checks all rows once; no row is rewritten. SQLite rebuilds tasks.
Works with the previous release: yes, except that the previous release does not run the deletion tasks.
"""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

NAME = "ck_tasks_task_kind"
BEFORE = ("renditions", "benchmark_import", "votes_import", "study_deletion")
ADDED = ("submission_deletion", "model_deletion")
TABLES = ("submissions", "video_models")


def upgrade() -> None:
    for table in TABLES:
        op.add_column(table, sa.Column("deletes_at", sa.DateTime(timezone=True), nullable=True))
    _replace_kinds((*BEFORE, *ADDED))


def downgrade() -> None:
    op.execute("DELETE FROM tasks WHERE kind IN ('submission_deletion', 'model_deletion')")
    _replace_kinds(BEFORE)
    for table in TABLES:
        op.drop_column(table, "deletes_at")


def _replace_kinds(kinds: tuple[str, ...]) -> None:
    one_of = ", ".join(f"'{kind}'" for kind in kinds)
    with op.batch_alter_table("tasks") as batch_op:
        batch_op.drop_constraint(op.f(NAME), type_="check")
        batch_op.create_check_constraint(op.f(NAME), f"kind IN ({one_of})")
