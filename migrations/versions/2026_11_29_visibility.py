"""visibility and shares

Why: benchmarks, submissions and studies are private to their owner, shared with named people, or public
(docs/decisions/0011). The table `benchmarks` gets a column `owner_id`, which may be empty. Existing
benchmarks stay readable for everybody with a key. Existing submissions and studies become private, except the
demo's submissions and studies.
Locks: PostgreSQL locks the tables `benchmarks`, `submissions` and `studies` while it checks all rows once and
updates the demo's rows. SQLite rebuilds the table of benchmarks and adds the other columns in place.
Works with the previous release: yes, the previous release shows the same benchmarks, submissions and studies
as before.
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
DEFAULTS = {"benchmarks": "public", "submissions": "private", "studies": "private"}
# The demo stays open to everybody who can sign in.
DEMO = sa.text("owner_id IN (SELECT id FROM people WHERE name = 'demo-researcher')")


def upgrade() -> None:
    with op.batch_alter_table("benchmarks") as batch_op:
        batch_op.add_column(sa.Column("owner_id", ID, nullable=True))
        batch_op.create_foreign_key(
            op.f("fk_benchmarks_owner_id"), "people", ["owner_id"], ["id"], ondelete="RESTRICT"
        )
    for table, default in DEFAULTS.items():
        op.execute(
            f"ALTER TABLE {table} ADD COLUMN visibility VARCHAR(32) NOT NULL DEFAULT '{default}' "
            f"CONSTRAINT ck_{table}_visibility CHECK (visibility IN ('private', 'shared', 'public'))"
        )
    for table in ("submissions", "studies"):
        op.execute(sa.table(table, sa.column("visibility")).update().where(DEMO).values(visibility="public"))
    op.create_table(
        "shares",
        sa.Column("id", ID, nullable=False),
        sa.Column("subject_kind", sa.String(length=32), nullable=False),
        sa.Column("subject_id", ID, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "subject_kind IN ('benchmark', 'submission', 'study')", name=op.f("ck_shares_share_subject")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_shares_person_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shares")),
        sa.UniqueConstraint(
            "person_id",
            "subject_kind",
            "subject_id",
            name=op.f("uq_shares_person_id_subject_kind_subject_id"),
        ),
    )


def downgrade() -> None:
    op.drop_table("shares")
    for table in ("benchmarks", "submissions"):
        op.drop_column(table, "visibility")
    # A later migration rebuilds the table `studies`; the check then belongs to the table and not to the
    # column.
    with op.batch_alter_table("studies") as batch_op:
        batch_op.drop_constraint(op.f("ck_studies_visibility"), type_="check")
        batch_op.drop_column("visibility")
    with op.batch_alter_table("benchmarks") as batch_op:
        batch_op.drop_constraint(op.f("fk_benchmarks_owner_id"), type_="foreignkey")
        batch_op.drop_column("owner_id")
