"""results_link

Why: an owner can publish the results of a closed study under an unlisted link. The new column stores an id of
the link; the link's secret is derived from the server's secret key and is not stored.
Locks: PostgreSQL locks the table `studies` only while it adds one column without a default.
Works with the previous release: yes, the previous release does not use the column.
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("studies", sa.Column("results_link", sa.String(length=43), nullable=True))


def downgrade() -> None:
    op.drop_column("studies", "results_link")
