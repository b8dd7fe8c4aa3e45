"""dismissed flags

Why: the owner of a study can dismiss a flag of an annotator, and must state a reason.
Locks: PostgreSQL blocks writes to the table `annotators` while it adds the foreign key of the new table.
Works with the previous release: yes, that release still shows dismissed flags.
"""

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None

FLAGS = ("side_bias", "straight_lining", "fast", "same_ticks", "low_agreement", "fails_gold")


def upgrade() -> None:
    op.create_table(
        "dismissed_flags",
        sa.Column("annotator_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "flag",
            sa.Enum(*FLAGS, name="flag", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("reason", sa.String(400), nullable=False),
        sa.Column("actor", sa.String(200), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["annotator_id"],
            ["annotators.id"],
            name=op.f("fk_dismissed_flags_annotator_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("annotator_id", "flag", name=op.f("pk_dismissed_flags")),
    )


def downgrade() -> None:
    op.drop_table("dismissed_flags")
