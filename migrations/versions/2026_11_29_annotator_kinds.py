"""kinds of annotators

Why: a human study counts the votes of participants only, not the votes of pilots, previews, judges or
imports. An invitation states the kind of the annotator who is created when the link is opened
(docs/decisions/0011). Existing annotators get the kind `participant`; annotators of imported votes get the
kind `imported`.
Locks: PostgreSQL locks the tables `annotators` and `invitations` while it checks all rows once and updates
the annotators of imported votes. SQLite adds the columns in place.
Works with the previous release: yes, annotators that the previous release creates get the kind `participant`.
"""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

TABLES = ("annotators", "invitations")


def upgrade() -> None:
    for table in TABLES:
        # Plain SQL: SQLite accepts a check together with a new column, but adding a check later would rebuild
        # the table.
        op.execute(
            f"ALTER TABLE {table} ADD COLUMN kind VARCHAR(32) NOT NULL DEFAULT 'participant' "
            f"CONSTRAINT ck_{table}_annotator_kind "
            "CHECK (kind IN ('participant', 'pilot', 'preview', 'judge', 'imported'))"
        )
    op.execute(
        "UPDATE annotators SET kind = 'imported' WHERE id IN (SELECT votes.annotator_id FROM votes "
        "JOIN vote_events ON vote_events.vote_id = votes.id WHERE vote_events.status = 'imported')"
    )


def downgrade() -> None:
    for table in TABLES:
        op.drop_column(table, "kind")
