"""merges of votes as background tasks

Why: a background task merges a study with the report of another server.
Locks: PostgreSQL locks the table `tasks` while it checks all rows once; no row is rewritten. SQLite rebuilds
tasks.
Works with the previous release: yes, except that the previous release does not run the merge tasks.
"""

from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

NAME = "ck_tasks_task_kind"
BEFORE = (
    "renditions",
    "benchmark_import",
    "votes_import",
    "study_deletion",
    "submission_deletion",
    "model_deletion",
)


def upgrade() -> None:
    _replace_kinds((*BEFORE, "votes_merge"))


def downgrade() -> None:
    op.execute("DELETE FROM tasks WHERE kind = 'votes_merge'")
    _replace_kinds(BEFORE)


def _replace_kinds(kinds: tuple[str, ...]) -> None:
    one_of = ", ".join(f"'{kind}'" for kind in kinds)
    with op.batch_alter_table("tasks") as batch_op:
        batch_op.drop_constraint(op.f(NAME), type_="check")
        batch_op.create_check_constraint(op.f(NAME), f"kind IN ({one_of})")
