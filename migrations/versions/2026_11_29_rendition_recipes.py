"""more ways to prepare clips

Why: a study can show its clips with black bars, with the length of the longer clip, or in the clips' own size
(docs/media.md).
Locks: PostgreSQL locks the table `studies` while it checks all rows once; no row is rewritten. SQLite
rebuilds the table.
Works with the previous release: yes, as long as no study uses one of the new values.
"""

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

NAME = "ck_studies_rendition_recipe"
BEFORE = ("remux", "normalised")
ADDED = ("letterbox", "keep_longer", "native")


def upgrade() -> None:
    _replace_check((*BEFORE, *ADDED))


def downgrade() -> None:
    op.execute("UPDATE studies SET renditions = 'normalised' WHERE renditions NOT IN ('remux', 'normalised')")
    _replace_check(BEFORE)


def _replace_check(recipes: tuple[str, ...]) -> None:
    one_of = ", ".join(f"'{recipe}'" for recipe in recipes)
    with op.batch_alter_table("studies") as batch_op:
        batch_op.drop_constraint(op.f(NAME), type_="check")
        batch_op.create_check_constraint(op.f(NAME), f"renditions IN ({one_of})")
