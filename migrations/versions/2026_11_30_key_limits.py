"""expiry and scopes of keys

Why: a key can end at a time, and can be limited to some of what its person's role may do (docs/api.md). NULL
means no expiry, and all scopes of the role. Locks: on PostgreSQL api_keys, while the catalogue entry changes;
no row is rewritten. SQLite adds the columns in place. Works with the release before: yes, but that release
ignores expiry and scopes, so it accepts a limited key for everything.
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
    # The release before would accept expired and limited keys.
    op.execute(
        "UPDATE api_keys SET revoked_at = coalesce(revoked_at, created_at) "
        "WHERE expires_at IS NOT NULL OR scopes IS NOT NULL"
    )
    op.drop_column("api_keys", "scopes")
    op.drop_column("api_keys", "expires_at")
