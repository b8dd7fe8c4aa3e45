"""labels of withdrawn submissions

Why: the label of a withdrawn submission can be used again (docs/decisions/0011).
Locks: PostgreSQL locks the table `submissions` while it builds the unique index. SQLite rebuilds the table.
Works with the previous release: yes, as long as no label was used again.
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

NAME = "uq_submissions_model_id_benchmark_id_label"
COLUMNS = ["model_id", "benchmark_id", "label"]
NOT_WITHDRAWN = sa.text("status <> 'withdrawn'")


def upgrade() -> None:
    with op.batch_alter_table("submissions") as batch_op:
        batch_op.drop_constraint(op.f(NAME), type_="unique")
    op.create_index(
        NAME,
        "submissions",
        COLUMNS,
        unique=True,
        sqlite_where=NOT_WITHDRAWN,
        postgresql_where=NOT_WITHDRAWN,
    )


def downgrade() -> None:
    op.drop_index(NAME, "submissions")
    # The constraint allows each label once; the newest submission with a label keeps it.
    op.execute(
        "UPDATE submissions SET label = substr(label, 1, 47) || '-' || public_id "
        "WHERE status = 'withdrawn' AND EXISTS (SELECT 1 FROM submissions AS newer "
        "WHERE newer.model_id = submissions.model_id AND newer.benchmark_id = submissions.benchmark_id "
        "AND newer.label = submissions.label AND newer.id > submissions.id)"
    )
    with op.batch_alter_table("submissions") as batch_op:
        batch_op.create_unique_constraint(op.f(NAME), COLUMNS)
