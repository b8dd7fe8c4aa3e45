"""Runs the statements of a judgement directly on the driver of the database.

A judgement (an assignment and a vote) takes nine short statements. The driver and the database need about 10
us for each statement; SQLAlchemy needs another 30 us to 70 us to execute a statement that it has compiled
before. A prepared statement is written with SQLAlchemy, is compiled once for each kind of database, and
converts values as SQLAlchemy does.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, NamedTuple, TypeVarTuple, cast

from sqlalchemy import Connection, Dialect, Select, Update, inspect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Mapper, Session, SessionTransaction
from sqlalchemy.orm.attributes import instance_state
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.dml import Insert, ReturningInsert, ReturningUpdate

from app.slow_queries import log_if_slow, slow_query_ms

_DRIVER = "ti2v_driver"
Columns = TypeVarTuple("Columns")
_Convert = Callable[[Any], Any]


class PreparedStatement(Generic[*Columns]):
    """A statement that is compiled once for each kind of database.

    Each value that differs between executions is a `bindparam`; all other values are constants. The number of
    values is fixed, so the statement cannot contain `IN` with a list. An INSERT names each column that has a
    default in Python.
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
            DBAPIError: the database refused the statement. The error has the class that `session.execute`
                would raise.
        """
        return self._run(session, values)

    def one(self, session: Session, **values: object) -> tuple[*Columns]:
        """Run a statement that returns exactly one row."""
        (row,) = self._run(session, values)
        return row

    def first(self, session: Session, **values: object) -> tuple[*Columns] | None:
        """Run a statement that returns at most one row."""
        rows = self._run(session, values)
        return rows[0] if rows else None

    def _run(self, session: Session, values: Mapping[str, object]) -> list[tuple[*Columns]]:
        session.flush()
        driver = _driver_of(session)
        compiled = self._compiled.get(driver.dialect.name)
        if compiled is None:
            compiled = _Compiled.of(cast("Select[*tuple[Any, ...]]", self.statement), driver.dialect)
            self._compiled[driver.dialect.name] = compiled
        return compiled.rows(driver.execute(compiled.text, compiled.parameters(values)))


class PreparedObjects(Generic[*Columns]):
    """A prepared query for objects of mapped classes. The objects belong to the session."""

    def __init__(self, query: Select[*Columns]) -> None:
        self._classes = [_MappedClass.of(inspect(each["entity"])) for each in query.column_descriptions]
        columns = [getattr(each.mapper.class_, name) for each in self._classes for name in each.names]
        self._statement = PreparedStatement(query.with_only_columns(*columns, maintain_column_froms=True))

    def first(self, session: Session, **values: object) -> tuple[*Columns] | None:
        """Run a query that finds at most one row; return the objects of the row, or None."""
        row = self._statement.first(session, **values)
        if row is None:
            return None
        rest = iter(row)
        objects = tuple(each.object(session, [next(rest) for _ in each.names]) for each in self._classes)
        return cast("tuple[*Columns]", objects)


class _DriverResult(NamedTuple):
    """The rows of a statement as the driver returns them. `description` is None if there are no columns."""

    description: Sequence[Sequence[Any]] | None
    rows: list[tuple[Any, ...]]


class _Driver:
    """The driver's connection that an open connection of SQLAlchemy uses."""

    def __init__(self, connection: Connection) -> None:
        driver = connection.connection.driver_connection
        assert driver is not None
        self.dialect = connection.dialect
        self._execute = driver.execute
        self._slow_ms = slow_query_ms(connection)

    def execute(self, text: str, parameters: Sequence[Any] | Mapping[str, Any] = ()) -> _DriverResult:
        """Run a statement.

        Raises:
            DBAPIError: the database refused the statement. The error has the class that `connection.execute`
                would raise.
        """
        started = time.perf_counter()
        try:
            cursor = self._execute(text, parameters)
            rows = cursor.fetchall() if cursor.description else []
        except self.dialect.loaded_dbapi.Error as error:
            base = self.dialect.loaded_dbapi.Error
            raise DBAPIError.instance(text, None, error, base, dialect=self.dialect) from error
        log_if_slow(self._slow_ms, text, started=started)
        return _DriverResult(cursor.description, rows)


def execute_on_driver(connection: Connection, text: str) -> None:
    """Run a statement without parameters on the driver.

    Raises:
        DBAPIError: the database refused the statement. The error has the class that `connection.execute`
            would raise.
    """
    _Driver(connection).execute(text)


def _driver_of(session: Session) -> _Driver:
    """Return the driver's connection of the session's transaction. A transaction has one connection."""
    known: tuple[SessionTransaction | None, _Driver] | None = session.info.get(_DRIVER)
    if known is None or known[0] is not session.get_transaction():
        driver = _Driver(session.connection())
        known = session.info[_DRIVER] = (session.get_transaction(), driver)
    return known[1]


@dataclass
class _Compiled:
    """A statement's text for one kind of database, and the conversions of its values.

    Attributes:
        order: the names of the parameters, if the driver takes a sequence; None if it takes a mapping.
        constants: the parameters that never change, as the driver takes them.
        to_driver: the parameters that must be converted for the driver, such as times and enum members.
        from_driver: the positions of columns whose values must be converted. None before the first result,
            because only a result states the driver's types.
    """

    dialect: Dialect
    text: str
    order: Sequence[str] | None
    constants: Mapping[str, Any]
    to_driver: Sequence[tuple[str, _Convert]]
    columns: Sequence[Any]
    from_driver: Sequence[tuple[int, _Convert]] | None = None

    @classmethod
    def of(cls, statement: Select[*tuple[Any, ...]], dialect: Dialect) -> "_Compiled":
        compiled = statement.compile(dialect=dialect)
        assert isinstance(compiled, SQLCompiler)
        # SQLAlchemy would fill in a default in Python, so the statement must name each such column.
        assert not compiled.prefetch, compiled.prefetch
        constants: dict[str, Any] = {}
        to_driver: list[tuple[str, _Convert]] = []
        for parameter, name in compiled.bind_names.items():
            convert = parameter.type.dialect_impl(dialect).bind_processor(dialect)
            if not parameter.required:
                constants[name] = convert(parameter.effective_value) if convert else parameter.effective_value
            elif convert:
                to_driver.append((name, convert))
        columns = list(statement.exported_columns)
        return cls(dialect, compiled.string, compiled.positiontup, constants, to_driver, columns)

    def parameters(self, values: Mapping[str, object]) -> Sequence[Any] | Mapping[str, Any]:
        given = {**self.constants, **values}
        for name, convert in self.to_driver:
            given[name] = convert(given[name])
        return given if self.order is None else [given[name] for name in self.order]

    def rows(self, result: _DriverResult) -> list[Any]:
        if self.from_driver is None:
            self.from_driver = self._conversions(result.description or ())
        return [self._converted(row) for row in result.rows] if self.from_driver else result.rows

    def _conversions(self, description: Sequence[Sequence[Any]]) -> list[tuple[int, _Convert]]:
        types = [column.type.dialect_impl(self.dialect) for column in self.columns]
        converts = [
            each.result_processor(self.dialect, driver_type)
            for each, (_, driver_type, *_rest) in zip(types, description, strict=True)
        ]
        return [(place, convert) for place, convert in enumerate(converts) if convert]

    def _converted(self, row: Sequence[Any]) -> tuple[Any, ...]:
        values = list(row)
        for place, convert in self.from_driver or ():
            if values[place] is not None:
                values[place] = convert(values[place])
        return tuple(values)


@dataclass(frozen=True)
class _MappedClass:
    """A mapped class, and the names of its columns' attributes."""

    mapper: Mapper[Any]
    names: Sequence[str]
    key_places: Sequence[int]

    @classmethod
    def of(cls, mapper: Mapper[Any]) -> "_MappedClass":
        names = [each.key for each in mapper.column_attrs]
        keys = [mapper.get_property_by_column(column).key for column in mapper.primary_key]
        return cls(mapper, names, [names.index(key) for key in keys])

    def object(self, session: Session, values: Sequence[Any]) -> object:
        """Return the object of a row. An object that is already in the session keeps its values."""
        key = self.mapper.identity_key_from_primary_key(tuple(values[place] for place in self.key_places))
        found: object | None = session.identity_map.get(key)
        if found is None:
            found = self.mapper.class_manager.new_instance()
            found.__dict__.update(zip(self.names, values, strict=True))
            # As SQLAlchemy does when it loads an object. `make_transient_to_detached` and `session.add` would
            # give the same result, but they take three times as long.
            state = instance_state(found)
            state.key = key
            state.session_id = session.hash_key
            session.identity_map.add(state)
        return found
