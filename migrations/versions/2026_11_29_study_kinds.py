"""kinds of studies

Why: people's votes, imported votes and votes of automatic judges never mix in one table or figure
(docs/decisions/0011). A study with imported annotators gets the kind `imported`.
Locks: PostgreSQL locks the table `studies` while it checks all rows once and updates imported studies. SQLite
adds the column in place.
Works with the previous release: yes, but a study that the previous release imports gets the kind `human`.
"""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        "ALTER TABLE studies ADD COLUMN kind VARCHAR(32) NOT NULL DEFAULT 'human' "
        "CONSTRAINT ck_studies_study_kind CHECK (kind IN ('human', 'imported', 'automatic'))"
    )
    op.execute(
        "UPDATE studies SET kind = 'imported' "
        "WHERE id IN (SELECT study_id FROM annotators WHERE kind = 'imported')"
    )


def downgrade() -> None:
    # A later migration rebuilds the table `studies`; the check then belongs to the table and not to the
    # column.
    with op.batch_alter_table("studies") as batch_op:
        batch_op.drop_constraint(op.f("ck_studies_study_kind"), type_="check")
        batch_op.drop_column("kind")
