"""label and revocation of invitations

Why: an owner keeps a register of the invitations of a study, with a label for each link, and revokes links.
Locks: PostgreSQL locks the table `invitations` while it adds the columns; no row is rewritten. SQLite adds
the columns in place.
Works with the previous release: yes, except that the previous release accepts revoked links.
"""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("invitations", sa.Column("label", sa.String(length=200), server_default="", nullable=False))
    op.add_column("invitations", sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("invitations", "revoked_at")
    op.drop_column("invitations", "label")
