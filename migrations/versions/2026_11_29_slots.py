"""slots

Why: the votes that a comparison needs are called slots everywhere (docs/decisions/0011).
Locks: on PostgreSQL comparisons and studies, each while one catalogue entry changes; no row is rewritten.
SQLite renames columns in place and keeps the old name of the check constraint.
Works with the release before: no. Stop the service, upgrade, start the new release.
"""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

RENAMED = (
    ("comparisons", "places_taken", "slots_taken"),
    ("studies", "comparisons_wanting", "unfilled_comparisons"),
)


def upgrade() -> None:
    for table, old, new in RENAMED:
        op.execute(f"ALTER TABLE {table} RENAME COLUMN {old} TO {new}")
    _rename_check("ck_comparisons_places_cover_votes", "ck_comparisons_slots_cover_votes")


def downgrade() -> None:
    _rename_check("ck_comparisons_slots_cover_votes", "ck_comparisons_places_cover_votes")
    for table, old, new in RENAMED:
        op.execute(f"ALTER TABLE {table} RENAME COLUMN {new} TO {old}")


def _rename_check(old: str, new: str) -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"ALTER TABLE comparisons RENAME CONSTRAINT {old} TO {new}")
