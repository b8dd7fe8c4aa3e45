"""chosen languages

Why: annotators choose the language of their pages, and a study has translations of its own texts.
Locks: PostgreSQL locks the tables `studies` and `annotators` only while it adds columns without defaults.
Works with the previous release: yes, that release does not use the columns.
"""

import sqlalchemy as sa
from alembic import op

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("studies", sa.Column("languages", sa.JSON(), nullable=True))
    op.add_column("studies", sa.Column("translations", sa.JSON(), nullable=True))
    op.execute(
        "ALTER TABLE annotators ADD COLUMN language VARCHAR(32) CONSTRAINT ck_annotators_language "
        "CHECK (language IN ('en', 'de', 'es', 'fr', 'zh-Hans', 'ar'))"
    )


def downgrade() -> None:
    op.drop_column("annotators", "language")
    op.drop_column("studies", "translations")
    op.drop_column("studies", "languages")
