"""platform_sessions

Why: each participant of a crowd platform joins a study by a link that contains the participant's id on the
platform. The new table `platform_sessions` is the only table that contains such ids. Deleting a row therefore
deletes the ids that identify the person.
Locks: PostgreSQL blocks writes to the tables `annotators` and `studies` while it adds the foreign keys of the
new table.
Works with the previous release: yes, that release does not use the table.
"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_STATUSES = ("active", "submitted", "approved", "rejected", "returned", "timed_out")


def upgrade() -> None:
    op.create_table(
        "platform_sessions",
        sa.Column("annotator_id", _ID, nullable=False),
        sa.Column("study_id", _ID, nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "prolific",
                "mturk",
                "panel",
                name="platform_kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("participant", sa.String(length=255), nullable=False),
        sa.Column("session", sa.String(length=255), nullable=False),
        sa.Column(
            "status",
            sa.Enum(*_STATUSES, name="session_status", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("status_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["annotator_id"],
            ["annotators.id"],
            name=op.f("fk_platform_sessions_annotator_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["study_id"], ["studies.id"], name=op.f("fk_platform_sessions_study_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("annotator_id", name=op.f("pk_platform_sessions")),
        sa.UniqueConstraint(
            "study_id", "participant", name=op.f("uq_platform_sessions_study_id_participant")
        ),
    )


def downgrade() -> None:
    op.drop_table("platform_sessions")
