"""A prepared statement returns what `session.execute` returns, on both databases."""

import pytest
from sqlalchemy import bindparam, insert, select
from sqlalchemy.exc import IntegrityError

from app.clock import utc_now
from app.context import AppContext
from app.prepared_statements import PreparedObjects, PreparedStatement
from app.tables.base import Base
from app.tables.people import Person
from benchmark.protocol import Role

_people = Base.metadata.tables["people"]
_COLUMNS = select(Person.id, Person.name, Person.role, Person.created_at, Person.disabled_at).where(
    Person.name == bindparam("name"), Person.role == Role.VIEWER
)
_OBJECT = select(Person).where(Person.name == bindparam("name"))
_NEW = insert(_people).values(
    {name: bindparam(name) for name in ("name", "role", "created_at", "disabled_at")}
)


def person(name: str) -> Person:
    return Person(name=name, role=Role.VIEWER, created_at=utc_now(), disabled_at=None)


def test_the_rows_are_those_of_sqlalchemy(either_installation: AppContext) -> None:
    statement = PreparedStatement(_COLUMNS)
    with either_installation.database.write() as session:
        session.add(person("Charlie"))

        # The person is pending, so both statements must write the person first.
        prepared = statement.one(session, name="Charlie")

        assert prepared == tuple(session.execute(_COLUMNS, {"name": "Charlie"}).one())
        assert statement.first(session, name="Dora") is None
        assert statement.run(session, name="Dora") == []


def test_an_object_belongs_to_the_session(either_installation: AppContext) -> None:
    objects = PreparedObjects(_OBJECT)
    database = either_installation.database
    with database.write() as session:
        session.add(person("Charlie"))
    with database.write() as session:
        found = objects.first(session, name="Charlie")
        assert found is not None
        assert session.execute(_OBJECT, {"name": "Charlie"}).scalar_one() is found[0]
        found[0].name = "Dora"

        assert objects.first(session, name="Dora") == found
    with database.read() as session:
        assert session.execute(_OBJECT, {"name": "Dora"}).scalar_one().role is Role.VIEWER


def test_the_driver_s_error_is_an_error_of_sqlalchemy(either_installation: AppContext) -> None:
    statement: PreparedStatement[()] = PreparedStatement(_NEW.inline())
    new = {"name": "Charlie", "role": Role.VIEWER, "created_at": utc_now(), "disabled_at": None}

    def add_twice() -> None:
        with either_installation.database.write() as session:
            statement.run(session, **new)
            statement.run(session, **new)

    with pytest.raises(IntegrityError):
        add_twice()
    with either_installation.database.read() as session:
        assert session.execute(_OBJECT, {"name": "Charlie"}).first() is None
