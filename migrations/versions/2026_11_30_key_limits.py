"""expiry and scopes of keys

Why: a key can expire, and can be limited to some scopes of its person's role (docs/api.md). NULL in the new
columns means that the key does not expire and has all scopes of the role.
Locks: PostgreSQL locks the table `api_keys` while it adds the columns; no row is rewritten. SQLite adds the
columns in place.
Works with the previous release: yes, but the previous release ignores expiry and scopes, so it accepts a
limited key for all requests.
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("api_keys", sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("api_keys", sa.Column("scopes", sa.JSON(none_as_null=True), nullable=True))


def downgrade() -> None:
    # Revoke expiring and limited keys, because the previous release would accept them without these limits.
    op.execute(
        "UPDATE api_keys SET revoked_at = coalesce(revoked_at, created_at) "
        "WHERE expires_at IS NOT NULL OR scopes IS NOT NULL"
    )
    op.drop_column("api_keys", "scopes")
    op.drop_column("api_keys", "expires_at")
