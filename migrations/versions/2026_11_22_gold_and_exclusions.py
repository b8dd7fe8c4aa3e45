"""gold questions and exclusions

Why: a study can contain gold questions. The columns `gold_block` and `gold_most` of the study state how often
annotators get gold questions; `is_gold` marks gold comparisons. A person can exclude an annotator from the
results and state a reason.
Locks: PostgreSQL locks the tables `studies`, `matchups`, `comparisons` and `annotators` while it adds
columns; no row is rewritten. SQLite adds columns in place.
Works with the previous release: yes, rows that the previous release writes get an empty or false value in
each new column.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Plain SQL: SQLite accepts a check together with a new column, but adding a check later would rebuild the
    # table.
    op.execute(
        "ALTER TABLE studies ADD COLUMN gold_block INTEGER "
        "CONSTRAINT ck_studies_gold_block_holds_others CHECK (gold_block > 1)"
    )
    op.execute(
        "ALTER TABLE studies ADD COLUMN gold_most INTEGER "
        "CONSTRAINT ck_studies_gold_most_positive CHECK (gold_most > 0)"
    )
    for table in ("matchups", "comparisons"):
        op.add_column(table, sa.Column("is_gold", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("annotators", sa.Column("excluded_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("annotators", sa.Column("excluded_reason", sa.String(length=400), nullable=True))


def downgrade() -> None:
    op.drop_column("annotators", "excluded_reason")
    op.drop_column("annotators", "excluded_at")
    for table in ("comparisons", "matchups"):
        op.drop_column(table, "is_gold")
    # A later migration rebuilds the table `studies`; the checks then belong to the table and not to the
    # columns.
    with op.batch_alter_table("studies") as batch_op:
        batch_op.drop_constraint(op.f("ck_studies_gold_most_positive"), type_="check")
        batch_op.drop_constraint(op.f("ck_studies_gold_block_holds_others"), type_="check")
        batch_op.drop_column("gold_most")
        batch_op.drop_column("gold_block")
