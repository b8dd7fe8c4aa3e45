"""Reads people and keys, without any secret."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from app.cursors import KeyType, ListOrder, PageRequest
from app.tables.people import ApiKey, BrowserSession, Person
from benchmark.protocol import Role, Scope
from benchmark.wire.people import KeyResponse, KeysResponse, PeopleResponse, PersonResponse

PEOPLE = ListOrder("people", (KeyType.TEXT,))
KEYS = ListOrder("keys", (KeyType.BIG_INTEGER,))


@dataclass(frozen=True)
class PersonFilter:
    """Filter of the list of people. A field with the value None matches everybody."""

    role: Role | None = None
    disabled: bool | None = None


@dataclass(frozen=True)
class KeyFilter:
    """Filter of the list of keys. A field with the value None matches all keys.

    An `active` key is neither revoked nor expired, and its owner is not disabled.
    """

    name: str | None = None
    role: Role | None = None
    active: bool | None = None


def people_page(
    session: Session, wanted: PersonFilter, page: PageRequest, *, now: datetime
) -> PeopleResponse:
    """Return a page of people, sorted by name."""
    query = _people(now).order_by(Person.name).limit(page.fetched)
    if wanted.role is not None:
        query = query.where(Person.role == wanted.role)
    if wanted.disabled is not None:
        query = query.where(Person.disabled_at.is_not(None) == wanted.disabled)
    if page.after is not None:
        query = query.where(Person.name > page.after[0])
    found = page.cut(session.execute(query).all(), lambda row: (row[0].name,))
    return PeopleResponse(
        people=[_person_response(*row) for row in found.rows], next_cursor=found.next_cursor
    )


def person_response(session: Session, person: Person, *, now: datetime) -> PersonResponse:
    row = session.execute(_people(now).where(Person.id == person.id)).one()
    return _person_response(*row)


def keys_page(session: Session, wanted: KeyFilter, page: PageRequest, *, now: datetime) -> KeysResponse:
    """Return a page of keys, in the order of their creation."""
    query = _keys().order_by(ApiKey.id).limit(page.fetched)
    if wanted.name is not None:
        query = query.where(Person.name == wanted.name)
    if wanted.role is not None:
        query = query.where(ApiKey.role == wanted.role)
    if wanted.active is not None:
        works = _works(now) & Person.disabled_at.is_(None)
        query = query.where(works if wanted.active else ~works)
    if page.after is not None:
        query = query.where(ApiKey.id > page.after[0])
    found = page.cut(session.execute(query).all(), lambda row: (row[0].id,))
    return KeysResponse(keys=[_key_response(*row) for row in found.rows], next_cursor=found.next_cursor)


def key_response(session: Session, key: ApiKey) -> KeyResponse:
    return _key_response(key, session.get_one(Person, key.person_id).name)


def _people(now: datetime) -> Select[Person, int, int]:
    keys = (
        select(func.count()).where(ApiKey.person_id == Person.id, _works(now)).correlate(Person)
    ).scalar_subquery()
    browsers = (
        select(func.count())
        .where(BrowserSession.person_id == Person.id, BrowserSession.expires_at > now)
        .correlate(Person)
        .scalar_subquery()
    )
    return select(Person, keys, browsers)


def _keys() -> Select[ApiKey, str]:
    return select(ApiKey, Person.name).join(Person, Person.id == ApiKey.person_id)


def _works(now: datetime) -> ColumnElement[bool]:
    return ApiKey.revoked_at.is_(None) & (ApiKey.expires_at.is_(None) | (ApiKey.expires_at > now))


def _person_response(person: Person, keys: int, browsers: int) -> PersonResponse:
    return PersonResponse(
        name=person.name,
        role=person.role,
        keys=keys,
        browsers=browsers,
        created_at=person.created_at,
        disabled_at=person.disabled_at,
    )


def _key_response(key: ApiKey, name: str) -> KeyResponse:
    return KeyResponse(
        id=key.id,
        name=name,
        role=key.role,
        begins=key.prefix,
        scopes=[Scope(scope) for scope in key.scopes or sorted(key.role.scopes)],
        created_at=key.created_at,
        last_used_at=key.last_used_at,
        expires_at=key.expires_at,
        revoked_at=key.revoked_at,
    )
