"""archived studies

Why: an owner can hide a study from the list of studies without deleting it.
Locks: PostgreSQL locks the table `studies` while it adds the column; no row is rewritten. SQLite adds the
column in place.
Works with the previous release: yes, but the previous release also lists archived studies.
"""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("studies", sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("studies", "archived_at")
