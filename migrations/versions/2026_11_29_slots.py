"""slots

Why: the votes that a comparison needs are called slots everywhere (docs/decisions/0011).
Locks: PostgreSQL locks the tables `comparisons` and `studies` while it renames columns; no row is rewritten.
SQLite renames columns in place and copies the table `comparisons` once, because SQLite cannot rename a
constraint in place.
Works with the previous release: no. Stop the service, upgrade the database, and start the new release.
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
    _rename_check("places_cover_votes", "slots_cover_votes", column="slots_taken")


def downgrade() -> None:
    for table, old, new in RENAMED:
        op.execute(f"ALTER TABLE {table} RENAME COLUMN {new} TO {old}")
    _rename_check("slots_cover_votes", "places_cover_votes", column="places_taken")


def _rename_check(old: str, new: str, *, column: str) -> None:
    old_name, new_name = (f"ck_comparisons_{name}" for name in (old, new))
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"ALTER TABLE comparisons RENAME CONSTRAINT {old_name} TO {new_name}")
        return
    with op.batch_alter_table("comparisons") as batch:
        batch.drop_constraint(op.f(old_name), type_="check")
        batch.create_check_constraint(op.f(new_name), f"{column} >= votes_reference + votes_other")
