"""allocation

Why: a study can limit the comparisons of an annotator per day, compare chosen scenarios only, assign its
pairs in batches, and balance the votes of matchups. The index for the next comparison starts with the batch.
Locks: PostgreSQL locks `studies` and `comparisons` while it adds the columns, and blocks writes to
`comparisons` while it builds the index.
Works with the previous release: yes. The previous release ignores the columns, and its query for the next
comparison can use the new index.
"""

import sqlalchemy as sa
from alembic import op

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None

INDEX = "ix_comparisons_next"
BEFORE = ["study_id", "is_open", "slots_taken", "shuffle_key"]
AFTER = ["study_id", "is_open", "batch", "slots_taken", "shuffle_key"]


def upgrade() -> None:
    op.add_column("studies", sa.Column("allocation", sa.JSON(), nullable=True))
    op.add_column("comparisons", sa.Column("batch", sa.Integer(), nullable=False, server_default="0"))
    op.drop_index(INDEX, "comparisons")
    op.create_index(INDEX, "comparisons", AFTER)


def downgrade() -> None:
    op.drop_index(INDEX, "comparisons")
    op.create_index(INDEX, "comparisons", BEFORE)
    op.drop_column("comparisons", "batch")
    op.drop_column("studies", "allocation")
