"""helping workers

Why: a worker that came to help with a model others had in memory does not wander on to the next one; else every
worker would load every model of a queue.
Locks: on PostgreSQL workers, for the moment of a changed catalogue entry. SQLite adds the column in place.
Works with the release before: the new column is false where that release does not name it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("workers", sa.Column("helps", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    op.drop_column("workers", "helps")
