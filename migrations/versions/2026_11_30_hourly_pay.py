"""hourly pay

Why: the owner enters the hourly pay of annotators, and the service estimates the cost of the study.
Locks: PostgreSQL locks the table `studies` only while it adds one column without a default.
Works with the previous release: yes, that release does not use the column.
"""

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("studies", sa.Column("hourly_pay", sa.JSON(), nullable=True))


def downgrade() -> None:
    op.drop_column("studies", "hourly_pay")
