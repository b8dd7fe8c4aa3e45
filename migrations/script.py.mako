"""${message}

Why:
Locks: (say which tables are locked on PostgreSQL, and for how long)
Works with the previous release: (say how)

Rules: one change a migration. A SQLite batch rebuild of a parent table with CASCADE and foreign keys on deletes
its children; migrations therefore run with foreign keys off, followed by foreign_key_check (app/migrations.py).
"""

import sqlalchemy as sa
from alembic import op
${imports if imports else ""}
revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = None
depends_on = None


def upgrade() -> None:
    ${upgrades if upgrades else "pass"}


def downgrade() -> None:
    ${downgrades if downgrades else "pass"}
