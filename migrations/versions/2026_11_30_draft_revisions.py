"""revisions of drafts

Why: two people can edit one draft. Each save names the revision that it changes. If two people change the
same revision, the server refuses the later save, because it would overwrite the earlier save.
Locks: PostgreSQL locks the table `studies` while it adds the column; no row is rewritten. SQLite adds the
column in place.
Works with the previous release: yes, that release does not edit drafts.
"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("studies", sa.Column("revision", sa.Integer(), nullable=False, server_default="1"))


def downgrade() -> None:
    op.drop_column("studies", "revision")
