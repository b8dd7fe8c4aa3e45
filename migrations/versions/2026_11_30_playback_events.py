"""playback_events

Why: the voting page reports when an annotator plays, pauses or seeks in a clip of a comparison, and when the
clip was shown to the end. A quality rule and the export of the events read the new table.
Locks: PostgreSQL blocks writes to the table `assignments` while it adds the foreign key of the new table.
Works with the previous release: yes, that release does not use the table.
"""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _closed_set(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def upgrade() -> None:
    op.create_table(
        "playback_events",
        sa.Column("id", _ID, nullable=False),
        sa.Column("assignment_id", _ID, nullable=False),
        sa.Column("view", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("clip", _closed_set("choice", "left", "right"), nullable=False),
        sa.Column("kind", _closed_set("playback_kind", "play", "pause", "seek", "complete"), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("position_ms", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("number >= 0", name="number_not_negative"),
        sa.CheckConstraint("at_ms >= 0", name="at_not_negative"),
        sa.CheckConstraint("position_ms >= 0", name="position_not_negative"),
        sa.ForeignKeyConstraint(
            ["assignment_id"],
            ["assignments.id"],
            name=op.f("fk_playback_events_assignment_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_playback_events")),
        sa.UniqueConstraint(
            "assignment_id", "view", "number", name=op.f("uq_playback_events_assignment_id_view_number")
        ),
    )


def downgrade() -> None:
    op.drop_table("playback_events")
