"""removal of the clips of compared submissions

Why: an owner can delete a submission that closed studies compare. The row of the submission and the rows of
its clips are kept. `clips_removed_at` says when the files of the clips were removed.
Locks: PostgreSQL locks the table `submissions` while it adds the column; no row is rewritten. SQLite adds the
column in place.
Works with the previous release: yes, except that the previous release does not run these removals.
"""

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("submissions", sa.Column("clips_removed_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("submissions", "clips_removed_at")
