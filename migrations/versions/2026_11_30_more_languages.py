"""more languages

Why: the pages of annotators can also be in Spanish, French, Chinese (Simplified) and Arabic.
Locks: PostgreSQL locks the table `studies` while it checks all rows once; no row is rewritten. SQLite
rebuilds the table.
Works with the previous release: yes, as long as no study uses one of the new languages.
"""

from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

NAME = "ck_studies_language"
BEFORE = ("en", "de")
ADDED = ("es", "fr", "zh-Hans", "ar")


def upgrade() -> None:
    _replace_check((*BEFORE, *ADDED))


def downgrade() -> None:
    op.execute("UPDATE studies SET language = 'en' WHERE language NOT IN ('en', 'de')")
    _replace_check(BEFORE)


def _replace_check(languages: tuple[str, ...]) -> None:
    one_of = ", ".join(f"'{language}'" for language in languages)
    with op.batch_alter_table("studies") as batch_op:
        batch_op.drop_constraint(op.f(NAME), type_="check")
        batch_op.create_check_constraint(op.f(NAME), f"language IN ({one_of})")
