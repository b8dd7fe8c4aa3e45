"""Defines the base class of all tables, the names of constraints, and column types."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, DateTime, Dialect, Enum, Integer, MetaData, String
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import TypeDecorator

from benchmark import protocol

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcDateTime(TypeDecorator[datetime]):
    """A timezone-aware UTC time. SQLite drops the time zone, so reading a value adds the zone UTC again."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone cannot be stored; use app.clock.utc_now()")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def closed_set(values: type[StrEnum]) -> Enum:
    """Return a text column type with a database constraint that allows only the values of `values`."""
    name = "".join("_" + letter.lower() if letter.isupper() else letter for letter in values.__name__)
    return Enum(
        values,
        native_enum=False,
        create_constraint=True,
        length=32,
        name=name.lstrip("_"),
        values_callable=lambda members: [member.value for member in members],
    )


CLOSED_SETS = (
    protocol.Role,
    protocol.Side,
    protocol.SkipReason,
    protocol.VoteStatus,
    protocol.StudyStatus,
    protocol.SubmissionStatus,
    protocol.WatchGate,
    protocol.RenditionRecipe,
    protocol.AnnotatorKind,
    protocol.StudyKind,
    protocol.AssignmentPurpose,
    protocol.Visibility,
    protocol.Phase,
    protocol.Outcome,
    protocol.Language,
    protocol.PlatformKind,
    protocol.SessionStatus,
    protocol.WorkerState,
    protocol.Flag,
    protocol.Choice,
    protocol.PlaybackKind,
    protocol.GoldKind,
    protocol.GoldStatus,
)

# SQLite generates row ids only for a key of type INTEGER; PostgreSQL gets 64 bits.
RowId = BigInteger().with_variant(Integer(), "sqlite")
SHA256 = String(64)


_COLUMN_TYPES: dict[Any, Any] = {
    datetime: UtcDateTime(),
    **{values: closed_set(values) for values in CLOSED_SETS},
}


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = _COLUMN_TYPES
