"""rules

Why: a study can have quality rules, which the owner writes before the study opens.
Locks: PostgreSQL locks the table `studies` only while it adds one column without a default.
Works with the previous release: yes, that release does not use the column.
"""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("studies", sa.Column("rules", sa.JSON(), nullable=True))


def downgrade() -> None:
    op.drop_column("studies", "rules")
