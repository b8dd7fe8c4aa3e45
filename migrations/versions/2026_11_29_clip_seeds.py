"""seeds of clips

Why: a submission holds clips of one or several seeds, and a job makes the clip of one seed. Each side of a
matchup names the seed whose clips the study shows (docs/decisions/0011). Until now a submission held one
seed: the seed of its jobs, or 0 if the submission had no jobs. The migration gives this seed to the
submission's clips and matchups.
Locks: PostgreSQL locks the tables `clips`, `jobs` and `matchups` while it checks all rows, builds unique
indexes, and updates the clips and matchups whose seed is not 0. SQLite rebuilds clips and jobs.
Works with the previous release: yes, as long as no submission holds clips of one pair with two seeds.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

SLOT = ["submission_id", "pair_id"]
# A submission's other seeds, which the previous tables cannot store.
DELETE_LATER_SEEDS = (
    "DELETE FROM renditions WHERE clip_id IN (SELECT later.id FROM clips AS later JOIN clips AS kept ON "
    "kept.submission_id = later.submission_id AND kept.pair_id = later.pair_id AND kept.seed < later.seed)",
    "DELETE FROM clips WHERE id IN (SELECT later.id FROM clips AS later JOIN clips AS kept ON "
    "kept.submission_id = later.submission_id AND kept.pair_id = later.pair_id AND kept.seed < later.seed)",
    "DELETE FROM jobs WHERE id IN (SELECT later.id FROM jobs AS later JOIN jobs AS kept ON "
    "kept.submission_id = later.submission_id AND kept.pair_id = later.pair_id AND kept.seed < later.seed)",
)
JOBS = sa.table("jobs", sa.column("submission_id"), sa.column("seed"))
# Each column that gets the seed of a submission's jobs, and the column that names the submission.
SEEDS = (
    ("clips", "seed", "submission_id"),
    ("matchups", "reference_seed", "reference_id"),
    ("matchups", "other_seed", "other_id"),
)


def upgrade() -> None:
    with op.batch_alter_table("clips") as batch_op:
        batch_op.add_column(sa.Column("seed", sa.BigInteger(), nullable=False, server_default="0"))
        batch_op.create_check_constraint(op.f("ck_clips_seed_not_negative"), "seed >= 0")
        _replace_unique(batch_op, "clips", SLOT, [*SLOT, "seed"])
    with op.batch_alter_table("jobs") as batch_op:
        _replace_unique(batch_op, "jobs", SLOT, [*SLOT, "seed"])
    for side in ("reference", "other"):
        op.execute(
            f"ALTER TABLE matchups ADD COLUMN {side}_seed BIGINT NOT NULL DEFAULT 0 "
            f"CONSTRAINT ck_matchups_{side}_seed_not_negative CHECK ({side}_seed >= 0)"
        )
    for table, seed, submission in SEEDS:
        _copy_seed_of_jobs(table, seed, submission)


def downgrade() -> None:
    for side in ("other", "reference"):
        op.drop_column("matchups", f"{side}_seed")
    for statement in DELETE_LATER_SEEDS:
        op.execute(statement)
    with op.batch_alter_table("jobs") as batch_op:
        _replace_unique(batch_op, "jobs", [*SLOT, "seed"], SLOT)
    with op.batch_alter_table("clips") as batch_op:
        _replace_unique(batch_op, "clips", [*SLOT, "seed"], SLOT)
        batch_op.drop_constraint(op.f("ck_clips_seed_not_negative"), type_="check")
        batch_op.drop_column("seed")


def _replace_unique(batch_op: Any, table: str, old: list[str], new: list[str]) -> None:
    batch_op.drop_constraint(op.f(f"uq_{table}_{'_'.join(old)}"), type_="unique")
    batch_op.create_unique_constraint(op.f(f"uq_{table}_{'_'.join(new)}"), new)


def _copy_seed_of_jobs(table: str, seed: str, submission: str) -> None:
    target = sa.table(table, sa.column(seed), sa.column(submission))
    seed_of_jobs = sa.select(sa.func.min(JOBS.c.seed)).where(JOBS.c.submission_id == target.c[submission])
    with_seed = sa.select(JOBS.c.submission_id).where(JOBS.c.seed != 0)
    op.execute(
        target.update()
        .where(target.c[submission].in_(with_seed))
        .values({seed: seed_of_jobs.scalar_subquery()})
    )
