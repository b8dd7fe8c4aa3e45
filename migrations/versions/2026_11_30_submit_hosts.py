"""submit hosts

Why: a worker of Mechanical Turk ends a HIT with a form. The browser sends the form to the server that the
worker's link names, so the service stores this server with the worker's ids.
Locks: PostgreSQL locks the table `platform_sessions` only while it adds a column with a constant default.
Works with the previous release: yes, that release does not use the column.
"""

import sqlalchemy as sa
from alembic import op

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "platform_sessions",
        sa.Column("submit_to", sa.String(length=100), nullable=False, server_default=""),
    )


def downgrade() -> None:
    op.drop_column("platform_sessions", "submit_to")
