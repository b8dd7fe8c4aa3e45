"""clips that may be copied

Why: annotators get a copy of a clip's H.264 stream only if the stream contains no data besides the pictures
(docs/media.md). Existing clips were not checked, so the server re-encodes existing clips for annotators.
Locks: PostgreSQL locks the table `clips` while it adds the column; no row is rewritten.
Works with the previous release: yes, the previous release does not use the column.
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
