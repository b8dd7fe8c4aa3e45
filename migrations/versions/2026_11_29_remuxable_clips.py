"""clips that may be copied

Why: only H.264 that holds nothing but pictures is copied for annotators (docs/media.md). Existing clips were
not checked for this, so they are re-encoded. Locks: on PostgreSQL clips, for a moment; nothing is rewritten.
Works with the release before: yes, that release does not use the column.
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("clips", sa.Column("is_remuxable", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    op.drop_column("clips", "is_remuxable")
