"""replaced browsers

Why: a participant of a crowd platform acts in one browser at a time. After the participant continues in a new
browser, the page in the old browser states that the study continues in another browser. The page no longer
asks for an invitation.
Locks: PostgreSQL locks the table `annotator_browsers` only while it adds one column without a default.
Works with the previous release: yes, that release lets a replaced browser continue.
"""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("annotator_browsers", sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("annotator_browsers", "replaced_at")
