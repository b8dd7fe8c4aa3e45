"""A copy of all data of an installation, which can be restored in other installations."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert, select, text
from sqlalchemy.orm import Session

from app.context import AppContext
from app.media.store import content_key
from app.tables.base import Base
from app.tables.bench import Pair
from app.tables.submissions import Clip

Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class Snapshot:
    """The rows of all tables and their media files, for both SQLite and PostgreSQL."""

    tables: dict[str, Rows]
    media: dict[str, bytes]

    @classmethod
    def of(cls, context: AppContext) -> "Snapshot":
        with context.database.read() as session:
            tables = {
                table.name: [dict(row) for row in session.execute(select(table)).mappings()]
                for table in Base.metadata.sorted_tables
            }
            clips = {content_key("clips", sha256) for sha256 in session.scalars(select(Clip.sha256))}
            keys = clips | set(session.scalars(select(Pair.image_key)))
        return cls(tables, {key: _read(context, key) for key in keys})

    def restore(self, context: AppContext) -> None:
        """Store all rows and files in an empty installation."""
        for key, content in self.media.items():
            with context.store.private_file() as path:
                path.write_bytes(content)
                context.store.put(key, path)
        with context.database.write() as session:
            for table in Base.metadata.sorted_tables:
                if rows := self.tables[table.name]:
                    session.execute(insert(table), rows)
            if not context.database.is_sqlite:
                self._go_on_counting(session)

    def _go_on_counting(self, session: Session) -> None:
        """Let PostgreSQL assign ids that follow the restored ids."""
        for name, rows in self.tables.items():
            if rows and isinstance(rows[0].get("id"), int):
                last = max(row["id"] for row in rows)
                session.execute(
                    text("SELECT setval(pg_get_serial_sequence(:name, 'id'), :last)"),
                    {"name": name, "last": last},
                )


def _read(context: AppContext, key: str) -> bytes:
    with context.store.open_local(key) as path:
        return path.read_bytes()
