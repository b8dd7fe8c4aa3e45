"""append-only audit log with a hash chain

Why: nobody can change or remove events of the audit log unnoticed. The migration first removes the labels of
invitations from the existing events: a label may name a person, and no event can be changed later.
Locks: PostgreSQL locks the table `audit_events` while the triggers are created; the existing events are read
once.
Works with the previous release: no, that release writes events without hashes, and `ti2v audit verify`
reports these events.
"""

import hashlib
import json
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None

TABLES = ("audit_events", "audit_hashes")
MESSAGE = "the audit log is append-only"
events = sa.table(
    "audit_events",
    sa.column("id", sa.BigInteger),
    sa.column("at", sa.DateTime(timezone=True)),
    sa.column("actor", sa.String),
    sa.column("action", sa.String),
    sa.column("subject", sa.String),
    sa.column("details", sa.JSON),
)


def upgrade() -> None:
    row_id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    hashes = op.create_table(
        "audit_hashes",
        sa.Column("position", row_id, autoincrement=False, nullable=False),
        sa.Column("event_id", row_id, nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"],
            ["audit_events.id"],
            name=op.f("fk_audit_hashes_event_id_audit_events"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_audit_hashes")),
        sa.UniqueConstraint("event_id", name=op.f("uq_audit_hashes_event_id")),
    )
    connection = op.get_bind()
    before = "0" * 64
    for position, row in enumerate(connection.execute(sa.select(events).order_by(events.c.id)).all(), 1):
        details = row.details
        if "label" in details and row.action == "invitation.revoke":
            details = {name: value for name, value in details.items() if name != "label"}
            connection.execute(events.update().where(events.c.id == row.id).values(details=details))
        before = _hash(before, row, details)
        connection.execute(hashes.insert().values(position=position, event_id=row.id, hash=before))
    _create_triggers(connection.dialect.name)


def downgrade() -> None:
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    for table in TABLES:
        for what in ("update", "delete") if is_sqlite else ("change", "truncate"):
            op.execute(f"DROP TRIGGER {table}_refuse_{what}" + ("" if is_sqlite else f" ON {table}"))
    if not is_sqlite:
        op.execute("DROP FUNCTION refuse_audit_change()")
    op.drop_table("audit_hashes")


def _hash(before: str, row: Any, details: dict[str, Any]) -> str:
    """Return the same hash as app/audit_chain.py; a migration does not import code that may change."""
    at: datetime = row.at.replace(tzinfo=UTC) if row.at.tzinfo is None else row.at.astimezone(UTC)
    content = [at.isoformat(timespec="microseconds"), row.actor, row.action, row.subject, details]
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(f"{before}\n{canonical}".encode()).hexdigest()


def _create_triggers(dialect: str) -> None:
    if dialect == "sqlite":
        for table in TABLES:
            for what in ("update", "delete"):
                op.execute(
                    f"CREATE TRIGGER {table}_refuse_{what} BEFORE {what.upper()} ON {table} "
                    f"BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"
                )
        return
    op.execute(
        "CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{MESSAGE}'; END $$"
    )
    for table in TABLES:
        op.execute(
            f"CREATE TRIGGER {table}_refuse_change BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION refuse_audit_change()"
        )
        op.execute(
            f"CREATE TRIGGER {table}_refuse_truncate BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change()"
        )
