"""versions of a study's protocol

Why: the database stores each version of a study's protocol unchanged, and an assignment names the protocol
version under which it was made (docs/decisions/0011). Every study that was opened or imported gets protocol
version 1, which is read from the study's tables.
Locks: PostgreSQL locks the table `assignments` while it checks the new foreign key of all rows once. SQLite
rebuilds the table.
Works with the previous release: no. The previous release opens studies without a protocol version, and the
database then refuses the assignments of these studies. Stop the service, upgrade the database, and start the
new release.
"""

from collections import Counter
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
FOREIGN_KEY = "fk_assignments_study_id_protocol_version"
SETTINGS = (
    "slug",
    "kind",
    "title",
    "instructions",
    "votes_per_comparison",
    "comparisons_per_annotator",
    "lease_s",
    "watch_gate",
    "renditions",
    "require_justification",
    "seed",
    "gold_block",
    "gold_most",
)
STUDIES = sa.table(
    "studies",
    *(
        sa.column(name)
        for name in ("id", "status", "benchmark_id", *SETTINGS)
        if name != "require_justification"
    ),
    sa.column("require_justification", sa.Boolean()),
    sa.column("created_at", sa.DateTime(timezone=True)),
    sa.column("opened_at", sa.DateTime(timezone=True)),
)
PROTOCOLS = sa.table(
    "study_protocols",
    sa.column("study_id", ID),
    sa.column("version", sa.Integer()),
    sa.column("document", sa.JSON()),
    sa.column("created_at", sa.DateTime(timezone=True)),
)
SIDES = sa.text(
    "SELECT submissions.id, submissions.public_id, submissions.label, submissions.is_partial, "
    "submissions.finalised_at, video_models.slug, video_models.name, video_models.url, video_models.licence "
    "FROM submissions JOIN video_models ON video_models.id = submissions.model_id "
    "WHERE submissions.id IN (SELECT reference_id FROM matchups WHERE study_id = :study "
    "UNION SELECT other_id FROM matchups WHERE study_id = :study)"
).columns(is_partial=sa.Boolean(), finalised_at=sa.DateTime(timezone=True))
MATCHUPS = sa.text("SELECT reference_id, other_id, is_gold FROM matchups WHERE study_id = :study").columns(
    is_gold=sa.Boolean()
)
BENCHMARK = sa.text(
    "SELECT slug, version, title, source, licence, content_hash FROM benchmarks WHERE id = :benchmark"
)


def upgrade() -> None:
    op.create_table(
        "study_protocols",
        sa.Column("study_id", ID, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("version > 0", name=op.f("ck_study_protocols_version_positive")),
        sa.ForeignKeyConstraint(
            ["study_id"], ["studies.id"], name=op.f("fk_study_protocols_study_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("study_id", "version", name=op.f("pk_study_protocols")),
    )
    _freeze_studies(op.get_bind())
    with op.batch_alter_table("assignments") as batch_op:
        batch_op.add_column(sa.Column("protocol_version", sa.Integer(), nullable=False, server_default="1"))
        batch_op.create_foreign_key(
            op.f(FOREIGN_KEY),
            "study_protocols",
            ["study_id", "protocol_version"],
            ["study_id", "version"],
            ondelete="RESTRICT",
        )


def downgrade() -> None:
    with op.batch_alter_table("assignments") as batch_op:
        batch_op.drop_constraint(op.f(FOREIGN_KEY), type_="foreignkey")
        batch_op.drop_column("protocol_version")
    op.drop_table("study_protocols")


def _freeze_studies(connection: sa.Connection) -> None:
    studies = connection.execute(sa.select(STUDIES).where(STUDIES.c.status != "draft")).mappings().all()
    rows = [
        {
            "study_id": study["id"],
            "version": 1,
            "document": _document(connection, study),
            "created_at": _aware(study["opened_at"] or study["created_at"]),
        }
        for study in studies
    ]
    if rows:
        connection.execute(sa.insert(PROTOCOLS), rows)


def _document(connection: sa.Connection, study: sa.RowMapping) -> dict[str, Any]:
    sides = {row.id: row for row in connection.execute(SIDES, {"study": study["id"]})}
    names = {id: f"{row.slug}@{row.label}" if row.label else row.slug for id, row in sides.items()}
    return {
        "study": {name: study[name] for name in SETTINGS},
        "benchmark": dict(
            connection.execute(BENCHMARK, {"benchmark": study["benchmark_id"]}).mappings().one()
        ),
        "matchups": sorted(
            (
                {
                    "matchup": f"{names[row.reference_id]}:{names[row.other_id]}",
                    "reference": names[row.reference_id],
                    "other": names[row.other_id],
                    "gold": row.is_gold,
                }
                for row in connection.execute(MATCHUPS, {"study": study["id"]})
            ),
            key=lambda each: each["matchup"],
        ),
        "sides": sorted(_sides(list(sides.values())), key=lambda each: each["side"]),
    }


def _sides(rows: list[Any]) -> list[dict[str, Any]]:
    submissions_of = Counter(row.slug for row in rows)
    return [
        {
            "side": f"{row.slug}@{row.label}" if row.label else row.slug,
            "name": f"{row.name} · {row.label}" if row.label and submissions_of[row.slug] > 1 else row.name,
            "model": row.slug,
            "label": row.label,
            "submission": row.public_id,
            "is_partial": row.is_partial,
            "url": row.url,
            "licence": row.licence,
            "finalised_at": _text(row.finalised_at),
        }
        for row in rows
    ]


def _aware(moment: datetime) -> datetime:
    """Return a time of the database in UTC; SQLite stores times without a time zone."""
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _text(moment: datetime | None) -> str | None:
    if moment is None:
        return None
    return _aware(moment).isoformat(timespec="milliseconds").replace("+00:00", "Z")
