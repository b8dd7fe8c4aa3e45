"""Runs migrations on the connection that app/migrations.py opens.

If a developer starts `alembic` directly, the migrations run on the database that TI2V_DATABASE_URL names.
"""

from typing import Literal

from alembic import context
from sqlalchemy import Connection

from app.database import Database
from app.settings import Settings
from app.tables import Base
from app.tables.base import UtcDateTime


def _render_item(kind: str, column_type: object, _context: object) -> str | Literal[False]:
    """Write plain SQLAlchemy types into migrations, so that migrations never import the application."""
    if kind == "type" and isinstance(column_type, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    return False


def _run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        compare_type=True,
        render_item=_render_item,
        transactional_ddl=True,
    )
    with context.begin_transaction():
        context.run_migrations()


handed_over: Connection | None = context.config.attributes.get("connection")
if handed_over is not None:
    _run(handed_over)
else:
    with Database.of(Settings()).engine.connect() as own:
        _run(own)
        own.commit()
