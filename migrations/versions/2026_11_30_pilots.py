"""pilots and previews of studies

Why: a study can open as a pilot, in which no vote counts, and a draft can be previewed in a hidden copy that
a background task removes (docs/tasks.md).
Locks: PostgreSQL locks the table `studies` while it adds the columns; no row is rewritten. SQLite adds the
columns in place.
Works with the previous release: no. The previous release counts the votes of pilots. Stop the service,
upgrade the database, and start the new release.
"""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("studies", sa.Column("is_pilot", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("studies", sa.Column("is_preview", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    op.drop_column("studies", "is_preview")
    op.drop_column("studies", "is_pilot")
