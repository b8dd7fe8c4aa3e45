"""imports as background tasks

Why: a client sends a benchmark or votes over REST, and the server imports the data in a background task. A
task gets an owner, who may see the task, and details, which contain the task's input and the problems that
the task found.
Locks: PostgreSQL locks the table `tasks` while it checks all rows once; no row is rewritten. SQLite rebuilds
the table.
Works with the previous release: yes, but the previous release cannot run the new kinds of tasks, so these
tasks fail.
"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

NAME = "ck_tasks_task_kind"
BEFORE = ("renditions",)
ADDED = ("benchmark_import", "votes_import")
_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    with op.batch_alter_table("tasks") as batch_op:
        batch_op.add_column(sa.Column("owner_id", _ID, nullable=True))
        batch_op.add_column(sa.Column("details", sa.JSON(none_as_null=True), nullable=True))
        batch_op.create_foreign_key(
            op.f("fk_tasks_owner_id"), "people", ["owner_id"], ["id"], ondelete="RESTRICT"
        )
        batch_op.create_index(op.f("ix_tasks_owner_id"), ["owner_id"])
        _replace_check(batch_op, (*BEFORE, *ADDED))


def downgrade() -> None:
    op.execute("DELETE FROM tasks WHERE kind NOT IN ('renditions')")
    with op.batch_alter_table("tasks") as batch_op:
        _replace_check(batch_op, BEFORE)
        batch_op.drop_index(op.f("ix_tasks_owner_id"))
        batch_op.drop_constraint(op.f("fk_tasks_owner_id"), type_="foreignkey")
        batch_op.drop_column("details")
        batch_op.drop_column("owner_id")


def _replace_check(batch_op, kinds: tuple[str, ...]) -> None:
    one_of = ", ".join(f"'{kind}'" for kind in kinds)
    batch_op.drop_constraint(op.f(NAME), type_="check")
    batch_op.create_check_constraint(op.f(NAME), f"kind IN ({one_of})")
