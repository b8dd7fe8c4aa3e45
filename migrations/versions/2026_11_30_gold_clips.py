"""gold_clips

Why: a lab makes gold questions from its own clips. The new table lists the wrong clips that the server made,
and whether the owner confirmed each wrong clip.
Locks: PostgreSQL blocks writes to the tables `clips` and `people` while it adds the foreign keys of the new
table.
Works with the previous release: yes, that release does not use the table.
"""

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _closed_set(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def _key(column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], [target], name=op.f(f"fk_gold_clips_{column}"), ondelete="RESTRICT"
    )


def upgrade() -> None:
    op.create_table(
        "gold_clips",
        sa.Column("clip_id", _ID, nullable=False),
        sa.Column("right_id", _ID, nullable=False),
        sa.Column("kind", _closed_set("gold_kind", "frozen", "reversed", "wrong_pair"), nullable=False),
        sa.Column("status", _closed_set("gold_status", "proposed", "confirmed", "rejected"), nullable=False),
        sa.Column("decided_by_id", _ID, nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        _key("clip_id", "clips.id"),
        _key("right_id", "clips.id"),
        _key("decided_by_id", "people.id"),
        sa.PrimaryKeyConstraint("clip_id", name=op.f("pk_gold_clips")),
    )
    op.create_index(op.f("ix_gold_clips_right_id"), "gold_clips", ["right_id"])


def downgrade() -> None:
    op.drop_table("gold_clips")
