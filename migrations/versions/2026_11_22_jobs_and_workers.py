"""jobs and workers

Why: clips can be requested. Each requested clip is a job that a worker leases. The new column `provenance` of
the table `clips` records how a clip was generated.
Locks: PostgreSQL locks the table `clips` while it adds the column; no row is rewritten. SQLite adds the
column in place.
Works with the previous release: yes, the previous release uses neither the new tables nor the new column.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("clips", sa.Column("provenance", sa.JSON(none_as_null=True), nullable=True))
    op.create_table(
        "workers",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("device", sa.String(length=80), nullable=False),
        sa.Column("gpu", sa.String(length=120), nullable=True),
        sa.Column("models", sa.JSON(), nullable=False),
        sa.Column("held_model", sa.String(length=64), nullable=True),
        sa.Column("helps", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("clips_done", sa.Integer(), nullable=False),
        sa.Column("first_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_workers_person_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_workers")),
        sa.UniqueConstraint("person_id", "name", name=op.f("uq_workers_person_id_name")),
    )
    op.create_table(
        "jobs",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("submission_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("pair_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("model_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("seed", sa.BigInteger(), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "queued",
                "leased",
                "done",
                "failed",
                "cancelled",
                name="job_status",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ready_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("worker_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "failure_kind",
            sa.Enum(
                "out_of_memory",
                "bad_input",
                "crash",
                "timeout",
                name="failure_kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("failure_message", sa.String(length=500), nullable=False),
        sa.Column("log_tail", sa.Text(), nullable=False),
        sa.CheckConstraint("attempt >= 0 AND failures >= 0", name=op.f("ck_jobs_counts_not_negative")),
        sa.CheckConstraint("seed >= 0", name=op.f("ck_jobs_seed_not_negative")),
        sa.CheckConstraint(
            "status <> 'leased' OR (worker_id IS NOT NULL AND expires_at IS NOT NULL)",
            name=op.f("ck_jobs_lease_has_holder"),
        ),
        sa.CheckConstraint(
            "status <> 'failed' OR failure_kind IS NOT NULL", name=op.f("ck_jobs_failure_has_kind")
        ),
        sa.ForeignKeyConstraint(
            ["model_id"], ["video_models.id"], name=op.f("fk_jobs_model_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(["pair_id"], ["pairs.id"], name=op.f("fk_jobs_pair_id"), ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submissions.id"], name=op.f("fk_jobs_submission_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["worker_id"], ["workers.id"], name=op.f("fk_jobs_worker_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jobs")),
        sa.UniqueConstraint("public_id", name=op.f("uq_jobs_public_id")),
        sa.UniqueConstraint("submission_id", "pair_id", name=op.f("uq_jobs_submission_id_pair_id")),
    )
    op.create_index(
        "ix_jobs_queued",
        "jobs",
        ["model_id", "turn", "id"],
        unique=False,
        sqlite_where=sa.text("status = 'queued'"),
        postgresql_where=sa.text("status = 'queued'"),
    )
    op.create_index(
        "ix_jobs_leased",
        "jobs",
        ["expires_at"],
        unique=False,
        sqlite_where=sa.text("status = 'leased'"),
        postgresql_where=sa.text("status = 'leased'"),
    )
    op.create_index("ix_jobs_ended_at", "jobs", ["ended_at"], unique=False)
    op.create_index(op.f("ix_jobs_pair_id"), "jobs", ["pair_id"], unique=False)


def downgrade() -> None:
    op.drop_table("jobs")
    op.drop_table("workers")
    op.drop_column("clips", "provenance")
