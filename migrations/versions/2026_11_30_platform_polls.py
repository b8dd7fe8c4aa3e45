"""polls of crowd platforms

Why: a background task asks Prolific for the states of submissions, so the table `tasks` allows another kind
of task.
Locks: PostgreSQL locks the table `tasks` while it replaces a check constraint. SQLite rebuilds tasks.
Works with the previous release: yes, except that the previous release does not run these tasks.
"""

from alembic import op

revision = "0039"
down_revision = "0038"
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
    "votes_merge",
)


def upgrade() -> None:
    _replace_kinds((*BEFORE, "platform_poll"))


def downgrade() -> None:
    op.execute("DELETE FROM tasks WHERE kind = 'platform_poll'")
    _replace_kinds(BEFORE)


def _replace_kinds(kinds: tuple[str, ...]) -> None:
    one_of = ", ".join(f"'{kind}'" for kind in kinds)
    with op.batch_alter_table("tasks") as batch_op:
        batch_op.drop_constraint(op.f(NAME), type_="check")
        batch_op.create_check_constraint(op.f(NAME), f"kind IN ({one_of})")
