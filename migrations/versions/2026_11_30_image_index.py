"""image_index

Why: each request for a thumbnail looks up the benchmarks that contain the image, because the images of
private benchmarks are private. Without the index the database reads all pairs for each thumbnail of a page.
Locks: on PostgreSQL, writes to the table `pairs` wait while the index is built. Building the index takes well
below a second for 100,000 pairs, and only imports of benchmarks write to `pairs`.
Works with the previous release: yes.
"""

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_pairs_image_key", "pairs", ["image_key"])


def downgrade() -> None:
    op.drop_index("ix_pairs_image_key", table_name="pairs")
