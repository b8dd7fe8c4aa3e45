"""phases

Why: a study can have phases around the voting: consent, instructions, a quiz, a questionnaire and a last page
with a completion code. The table `studies` stores the phases, and its column `platform` stores the completion
codes. The table `annotator_phases` stores which phases an annotator has ended, and the annotator's answers.
Locks: PostgreSQL locks the table `studies` briefly while it adds two columns without a default.
Works with the previous release: yes, that release uses neither the table nor the columns.
"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

_PHASES = ("consent", "instructions", "quiz", "voting", "questionnaire", "finish")
_OUTCOMES = ("completed", "declined", "screened_out", "quality_failed", "full")


def upgrade() -> None:
    op.add_column("studies", sa.Column("phases", sa.JSON(), nullable=True))
    op.add_column("studies", sa.Column("platform", sa.JSON(), nullable=True))
    op.create_table(
        "annotator_phases",
        sa.Column("annotator_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "phase",
            sa.Enum(*_PHASES, name="phase", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("passed", sa.Boolean(), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum(*_OUTCOMES, name="outcome", native_enum=False, create_constraint=True, length=32),
            nullable=True,
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "passed <> (outcome IS NOT NULL)", name=op.f("ck_annotator_phases_failure_has_outcome")
        ),
        sa.ForeignKeyConstraint(
            ["annotator_id"],
            ["annotators.id"],
            name=op.f("fk_annotator_phases_annotator_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("annotator_id", "phase", name=op.f("pk_annotator_phases")),
    )


def downgrade() -> None:
    op.drop_table("annotator_phases")
    op.drop_column("studies", "platform")
    op.drop_column("studies", "phases")
