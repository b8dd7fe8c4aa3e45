"""health of workers

Why: a fleet runs one worker per GPU. If a worker fails, the fleet pauses this worker; if the worker keeps
failing, the fleet retires this worker. The columns store the state of each worker, the reason for the state,
and the number of failed attempts, for the page of jobs and for monitoring.
Locks: PostgreSQL locks the table `workers` while it adds the columns and checks all rows once; no row is
rewritten. SQLite adds the columns in place.
Works with the previous release: yes, the previous release does not use the columns.
"""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

COLUMNS = ("failures", "failures_in_a_row", "state", "state_reason")


def upgrade() -> None:
    for name in ("failures", "failures_in_a_row"):
        op.add_column("workers", sa.Column(name, sa.Integer(), nullable=False, server_default="0"))
    # Plain SQL: SQLite accepts a check together with a new column, but adding a check later would rebuild
    # the table.
    op.execute(
        "ALTER TABLE workers ADD COLUMN state VARCHAR(32) NOT NULL DEFAULT 'working' "
        "CONSTRAINT ck_workers_worker_state CHECK (state IN ('working', 'paused', 'retired'))"
    )
    op.add_column(
        "workers", sa.Column("state_reason", sa.String(length=500), nullable=False, server_default="")
    )


def downgrade() -> None:
    for name in reversed(COLUMNS):
        op.drop_column("workers", name)
