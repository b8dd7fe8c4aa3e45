"""the change that made each version of a study's protocol

Why: a study can grow after it opened. Each version of the study's protocol says in one sentence what changed
(docs/decisions/0011). Versions that are older than this migration have no such sentence.
Locks: PostgreSQL locks the table `study_protocols` while it adds the column; no row is rewritten. SQLite
adds the column in place.
Works with the previous release: yes, that release stores versions without a sentence.
"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "study_protocols", sa.Column("change", sa.String(length=400), nullable=False, server_default="")
    )


def downgrade() -> None:
    op.drop_column("study_protocols", "change")
