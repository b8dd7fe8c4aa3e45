"""signed links and notifications of crowd platforms

Why: a study can accept signed links only, so the service stores whether the ids of a participant are signed,
and which links were used. The service also stores which notifications were applied, so that a repeated
notification changes nothing. A submission on Prolific can have the state `screened_out`.
Locks: PostgreSQL locks the table `platform_sessions` while it adds a column with a constant default, replaces
a check constraint and creates an index. SQLite rebuilds platform_sessions.
Works with the previous release: yes, except that the previous release cannot read the state `screened_out`.
"""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
CHECK = "ck_platform_sessions_session_status"
BEFORE = ("active", "submitted", "approved", "rejected", "returned", "timed_out")


def upgrade() -> None:
    with op.batch_alter_table("platform_sessions") as batch_op:
        batch_op.add_column(sa.Column("is_verified", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.drop_constraint(op.f(CHECK), type_="check")
        batch_op.create_check_constraint(op.f(CHECK), _is_one_of(*BEFORE, "screened_out"))
    op.create_index("ix_platform_sessions_participant", "platform_sessions", ["participant"])
    op.create_table(
        "platform_tokens",
        sa.Column("study_id", _ID, nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("browser_session_id", _ID, nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["study_id"], ["studies.id"], name=op.f("fk_platform_tokens_study_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["browser_session_id"],
            ["browser_sessions.id"],
            name=op.f("fk_platform_tokens_browser_session_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("study_id", "token_hash", name=op.f("pk_platform_tokens")),
    )
    op.create_index(op.f("ix_platform_tokens_browser_session_id"), "platform_tokens", ["browser_session_id"])
    op.create_table(
        "platform_events",
        sa.Column("study_id", _ID, nullable=False),
        sa.Column("event_id", sa.String(length=255), nullable=False),
        sa.Column("signature", sa.String(length=200), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["study_id"], ["studies.id"], name=op.f("fk_platform_events_study_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("study_id", "event_id", name=op.f("pk_platform_events")),
        sa.UniqueConstraint("study_id", "signature", name=op.f("uq_platform_events_study_id_signature")),
    )


def downgrade() -> None:
    op.drop_table("platform_events")
    op.drop_table("platform_tokens")
    op.drop_index("ix_platform_sessions_participant", "platform_sessions")
    op.execute("UPDATE platform_sessions SET status = 'submitted' WHERE status = 'screened_out'")
    with op.batch_alter_table("platform_sessions") as batch_op:
        batch_op.drop_column("is_verified")
        batch_op.drop_constraint(op.f(CHECK), type_="check")
        batch_op.create_check_constraint(op.f(CHECK), _is_one_of(*BEFORE))


def _is_one_of(*statuses: str) -> str:
    return f"status IN ({', '.join(map(repr, statuses))})"
