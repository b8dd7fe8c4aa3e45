"""Runs the statements of a judgement directly on the driver of the database.

A judgement takes nine short statements. The driver and the database need about 10 us for each; SQLAlchemy
needs another 30 us to 70 us to execute a statement that it has compiled before. A prepared statement is
written with SQLAlchemy, is compiled once for each kind of database, and converts values as SQLAlchemy does.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVarTuple

from sqlalchemy import Dialect, Select, Update, inspect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Mapper, Session, make_transient_to_detached
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.dml import Insert, ReturningInsert, ReturningUpdate

Columns = TypeVarTuple("Columns")
_Convert = Callable[[Any], Any]


class PreparedStatement(Generic[*Columns]):
    """A statement that is compiled once for each kind of database.

    Each value that differs between executions is a `bindparam`.
    """

    def __init__(
        self,
        statement: Select[*Columns] | ReturningInsert[*Columns] | ReturningUpdate[*Columns] | Insert | Update,
    ) -> None:
        self.statement = statement
        self._compiled: dict[str, _Compiled] = {}

    def run(self, session: Session, **values: object) -> list[tuple[*Columns]]:
        """Write the session's pending changes, run the statement, and return its rows.

        Raises:
            DBAPIError: the database refused the statement; the subclass is the one of `session.execute`.
        """
        session.flush()
        connection = session.connection()
        dialect = connection.dialect
        compiled = self._compiled.get(dialect.name)
        if compiled is None:
            compiled = self._compiled[dialect.name] = _compile(self.statement, dialect)
        driver = connection.connection.driver_connection
        assert driver is not None
        try:
            cursor = driver.execute(compiled.text, compiled.parameters(values))
            return [compiled.row(row) for row in cursor.fetchall()] if compiled.returns_rows else []
        except dialect.loaded_dbapi.Error as error:
            base = dialect.loaded_dbapi.Error
            raise DBAPIError.instance(compiled.text, None, error, base, dialect=dialect) from error

    def one(self, session: Session, **values: object) -> tuple[*Columns]:
        """Run a statement that returns exactly one row."""
        (row,) = self.run(session, **values)
        return row

    def first(self, session: Session, **values: object) -> tuple[*Columns] | None:
        """Run a statement that returns at most one row."""
        rows = self.run(session, **values)
        return rows[0] if rows else None


@dataclass(frozen=True)
class _Compiled:
    """A statement's text for one kind of database.

    Attributes:
        order: the names of the parameters, if the driver takes a sequence; None if it takes a mapping.
        constants: the parameters that never change, as the driver takes them.
        to_driver: the parameters that the driver takes in another form, such as times and enum members.
        from_driver: the positions of columns that the driver returns in another form.
    """

    text: str
    order: Sequence[str] | None
    constants: Mapping[str, Any]
    to_driver: Sequence[tuple[str, _Convert]]
    from_driver: Sequence[tuple[int, _Convert]]
    returns_rows: bool

    def parameters(self, values: Mapping[str, object]) -> Sequence[Any] | Mapping[str, Any]:
        given = {**self.constants, **values}
        for name, convert in self.to_driver:
            given[name] = convert(given[name])
        return given if self.order is None else [given[name] for name in self.order]

    def row(self, row: Sequence[Any]) -> tuple[Any, ...]:
        if not self.from_driver:
            return tuple(row)
        values = list(row)
        for position, convert in self.from_driver:
            values[position] = convert(values[position])
        return tuple(values)


def _compile(statement: Select[Any] | Insert | Update, dialect: Dialect) -> _Compiled:
    compiled = statement.compile(dialect=dialect)
    assert isinstance(compiled, SQLCompiler)
    # A default in Python needs SQLAlchemy; the statement must name all such columns.
    assert not compiled.prefetch, compiled.prefetch
    constants, to_driver = {}, []
    for parameter, name in compiled.bind_names.items():
        convert = parameter.type.dialect_impl(dialect).bind_processor(dialect)
        if not parameter.required:
            constants[name] = convert(parameter.effective_value) if convert else parameter.effective_value
        elif convert:
            to_driver.append((name, convert))
    columns = list(statement.exported_columns)
    converts = [column.type.dialect_impl(dialect).result_processor(dialect, None) for column in columns]
    return _Compiled(
        text=compiled.string,
        order=compiled.positiontup,
        constants=constants,
        to_driver=to_driver,
        from_driver=[(place, convert) for place, convert in enumerate(converts) if convert],
        returns_rows=bool(columns),
    )


class PreparedObjects(Generic[*Columns]):
    """A prepared query for objects of mapped classes. The objects belong to the session."""

    def __init__(self, query: Select[*Columns]) -> None:
        mappers = [inspect(each["entity"]) for each in query.column_descriptions]
        self._classes = [(mapper, [each.key for each in mapper.column_attrs]) for mapper in mappers]
        columns = [getattr(mapper.class_, name) for mapper, names in self._classes for name in names]
        self._statement = PreparedStatement(query.with_only_columns(*columns, maintain_column_froms=True))

    def first(self, session: Session, **values: object) -> tuple[*Columns] | None:
        """Run a query that finds at most one row; return the objects of the row, or None."""
        row = self._statement.first(session, **values)
        if row is None:
            return None
        rest = iter(row)
        return tuple(
            _object(session, mapper, dict(zip(names, rest, strict=False))) for mapper, names in self._classes
        )


def _object(session: Session, mapper: Mapper[Any], values: dict[str, Any]) -> object:
    """Return the object of a row. An object that the session has already keeps its values."""
    key = mapper.identity_key_from_primary_key([values[column.key] for column in mapper.primary_key])
    known = session.identity_map.get(key)
    if known is None:
        known = mapper.class_manager.new_instance()
        known.__dict__.update(values)
        make_transient_to_detached(known)
        session.add(known)
    return known
