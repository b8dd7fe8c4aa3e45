"""renditions of one matchup

Why: the two sides of one matchup can differ in size or length, while the sides of other matchups are equal.
The owner chooses the renditions for each matchup; NULL means the renditions of the study.
Locks: PostgreSQL locks the table `matchups` only while it adds one column without a default.
Works with the previous release: yes, that release shows every matchup with the renditions of the study.
"""

from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        "ALTER TABLE matchups ADD COLUMN renditions VARCHAR(32) CONSTRAINT ck_matchups_rendition_recipe "
        "CHECK (renditions IN ('remux', 'normalised', 'letterbox', 'keep_longer', 'native'))"
    )


def downgrade() -> None:
    op.drop_column("matchups", "renditions")
