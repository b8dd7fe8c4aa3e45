"""accounts at sign-in providers

Why: people sign in with an OpenID Connect provider; the server stores which account belongs to which person.
Locks: PostgreSQL blocks writes to the table `people` while it adds the foreign key of the new table.
Works with the previous release: yes, that release does not use the table.
"""

import sqlalchemy as sa
from alembic import op

revision = "0050"
down_revision = "0049"
branch_labels = None
depends_on = None


def upgrade() -> None:
    row_id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "external_identities",
        sa.Column("issuer", sa.String(length=255), nullable=False),
        sa.Column("subject", sa.String(length=255), nullable=False),
        sa.Column("person_id", row_id, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["people.id"],
            name=op.f("fk_external_identities_person_id_people"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("issuer", "subject", name=op.f("pk_external_identities")),
    )
    op.create_index(op.f("ix_external_identities_person_id"), "external_identities", ["person_id"])


def downgrade() -> None:
    op.drop_table("external_identities")
