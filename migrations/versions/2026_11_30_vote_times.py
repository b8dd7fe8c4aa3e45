"""index of votes by time

Why: the dashboard of a study counts the votes of each of the last 24 hours, and the people who voted in the
last minutes. With the index, the dashboard reads only these votes.
Locks: PostgreSQL locks the table `votes` against writes while the index is built.
Works with the previous release: yes.
"""

from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(op.f("ix_votes_study_id_cast_at"), "votes", ["study_id", "cast_at"])


def downgrade() -> None:
    op.drop_index(op.f("ix_votes_study_id_cast_at"), "votes")
