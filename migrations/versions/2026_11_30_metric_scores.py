"""metric scores

Why: workers measure the clips of a submission with suites of automatic metrics. A job generates or measures a
clip. A job that measures a clip states its suite. The job has no model, because every worker that offers the
suite can run the job.
Locks: PostgreSQL locks the table `jobs` while its rows are checked and its unique index is built. SQLite
rebuilds jobs.
Works with the previous release: yes, until the first clip is measured; the previous release does not know
jobs that measure clips.
"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_CLIP = ["submission_id", "pair_id", "seed"]
_KINDS = "kind IN ('generate', 'measure')"
_KIND_HAS_FIELDS = (
    "(kind = 'generate' AND model_id IS NOT NULL AND suite = '') "
    "OR (kind = 'measure' AND model_id IS NULL AND suite <> '')"
)
_QUEUED = "status = 'queued' AND kind = 'measure'"


def upgrade() -> None:
    op.add_column("workers", sa.Column("suites", sa.JSON(), nullable=False, server_default="[]"))
    with op.batch_alter_table("jobs") as batch_op:
        batch_op.add_column(sa.Column("kind", sa.String(32), nullable=False, server_default="generate"))
        batch_op.add_column(sa.Column("suite", sa.String(32), nullable=False, server_default=""))
        batch_op.alter_column("model_id", existing_type=_ID, nullable=True)
        batch_op.create_check_constraint(op.f("ck_jobs_job_kind"), _KINDS)
        batch_op.create_check_constraint(op.f("ck_jobs_kind_has_fields"), _KIND_HAS_FIELDS)
        batch_op.drop_constraint(op.f("uq_jobs_submission_id_pair_id_seed"), type_="unique")
        batch_op.create_unique_constraint(op.f("uq_jobs_submission_id_pair_id_seed_suite"), [*_CLIP, "suite"])
        batch_op.create_index(
            "ix_jobs_queued_suite",
            ["suite", "turn", "id"],
            sqlite_where=sa.text(_QUEUED),
            postgresql_where=sa.text(_QUEUED),
        )
    _create_score_tables()


def downgrade() -> None:
    op.drop_table("metric_scores")
    op.drop_table("metric_settings")
    op.execute("DELETE FROM jobs WHERE kind = 'measure'")
    with op.batch_alter_table("jobs") as batch_op:
        batch_op.drop_index("ix_jobs_queued_suite")
        batch_op.drop_constraint(op.f("uq_jobs_submission_id_pair_id_seed_suite"), type_="unique")
        batch_op.create_unique_constraint(op.f("uq_jobs_submission_id_pair_id_seed"), _CLIP)
        batch_op.drop_constraint(op.f("ck_jobs_kind_has_fields"), type_="check")
        batch_op.drop_constraint(op.f("ck_jobs_job_kind"), type_="check")
        batch_op.alter_column("model_id", existing_type=_ID, nullable=False)
        batch_op.drop_column("suite")
        batch_op.drop_column("kind")
    op.drop_column("workers", "suites")


def _create_score_tables() -> None:
    op.create_table(
        "metric_settings",
        sa.Column("id", _ID, nullable=False),
        sa.Column("settings_hash", sa.String(64), nullable=False),
        sa.Column("suite", sa.String(32), nullable=False),
        sa.Column("settings", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "suite IN ('animate-bench', 'vbench-i2v', 'aigcbench', 'motion')",
            name=op.f("ck_metric_settings_suite_name"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_metric_settings")),
        sa.UniqueConstraint("settings_hash", name=op.f("uq_metric_settings_settings_hash")),
    )
    op.create_table(
        "metric_scores",
        sa.Column("id", _ID, nullable=False),
        sa.Column("clip_id", _ID, nullable=False),
        sa.Column("metric", sa.String(64), nullable=False),
        sa.Column("settings_id", _ID, nullable=False),
        sa.Column("value", sa.Float(), nullable=True),
        sa.Column("refusal", sa.String(500), nullable=False),
        sa.CheckConstraint(
            "(value IS NULL) = (refusal <> '')", name=op.f("ck_metric_scores_value_or_refusal")
        ),
        sa.CheckConstraint(
            "value IS NULL OR (value > -1e300 AND value < 1e300)", name=op.f("ck_metric_scores_value_finite")
        ),
        sa.ForeignKeyConstraint(
            ["clip_id"], ["clips.id"], name=op.f("fk_metric_scores_clip_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["settings_id"],
            ["metric_settings.id"],
            name=op.f("fk_metric_scores_settings_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_metric_scores")),
        sa.UniqueConstraint(
            "clip_id", "metric", "settings_id", name=op.f("uq_metric_scores_clip_id_metric_settings_id")
        ),
    )
    op.create_index("ix_metric_scores_settings_id", "metric_scores", ["settings_id"])
