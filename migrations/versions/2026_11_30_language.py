"""language

Why: the pages of annotators can be in a language other than English; each study names its language.
Locks: PostgreSQL locks the table `studies` only while it adds one column with a constant default.
Works with the previous release: yes, that release does not use the column.
"""

from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        "ALTER TABLE studies ADD COLUMN language VARCHAR(32) NOT NULL DEFAULT 'en' "
        "CONSTRAINT ck_studies_language CHECK (language IN ('en', 'de'))"
    )


def downgrade() -> None:
    with op.batch_alter_table("studies") as batch_op:
        batch_op.drop_constraint(op.f("ck_studies_language"), type_="check")
        batch_op.drop_column("language")
