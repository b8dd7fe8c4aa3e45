"""Identifies people by key or browser session. Creates and revokes keys."""

from dataclasses import dataclass
from datetime import datetime
from typing import Self

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from app.errors import Forbidden, NotFound
from app.security.publication import Visitor
from app.security.tokens import hash_token, new_key
from app.tables.people import ApiKey, BrowserSession, Person
from benchmark.protocol import Role, Scope


@dataclass(frozen=True)
class Principal:
    """An authenticated person.

    If the request has a key, `role` and `scopes` are the role and scopes of the key.

    If `scopes` is None, the principal has all scopes of the role. `key_id` is None for a browser. `visitor`
    is set for a reader of published results who is not signed in.
    """

    person_id: int
    name: str
    role: Role
    scopes: frozenset[Scope] | None = None
    key_id: int | None = None
    visitor: Visitor | None = None

    @classmethod
    def of(cls, person: Person) -> Self:
        """Return a principal that has all rights of the person."""
        return cls(person.id, person.name, person.role)

    @property
    def is_admin(self) -> bool:
        return self.role is Role.ADMIN

    def may(self, scope: Scope) -> bool:
        return scope in (self.role.scopes if self.scopes is None else self.scopes)


# This query is built once, because building it takes longer than running it, and programs send a key with
# every request.
_OF_KEY = (
    select(Person.id, Person.name, ApiKey.role, ApiKey.scopes, ApiKey.id.label("key_id"))
    .join(ApiKey, ApiKey.person_id == Person.id)
    .where(
        ApiKey.key_hash == bindparam("hash"),
        ApiKey.revoked_at.is_(None),
        ApiKey.expires_at.is_(None) | (ApiKey.expires_at > bindparam("now")),
        Person.disabled_at.is_(None),
    )
)


def principal_of_key(session: Session, key: str, *, now: datetime) -> Principal | None:
    found = session.execute(_OF_KEY, {"hash": hash_token(key), "now": now}).one_or_none()
    if found is None:
        return None
    scopes = None if found.scopes is None else frozenset(map(Scope, found.scopes))
    return Principal(found.id, found.name, found.role, scopes, found.key_id)


def principal_of_browser(session: Session, cookie: str, *, now: datetime) -> Principal | None:
    found = session.execute(
        select(Person.id, Person.name, Person.role)
        .join(BrowserSession, BrowserSession.person_id == Person.id)
        .where(
            BrowserSession.token_hash == hash_token(cookie),
            BrowserSession.expires_at > now,
            Person.disabled_at.is_(None),
        )
    ).one_or_none()
    return Principal(found.id, found.name, found.role) if found else None


def person_named(session: Session, *, name: str, role: Role, now: datetime) -> Person:
    """Return the person with this name; create the person if nobody has this name.

    Raises:
        Forbidden: a person with this name has another role.
    """
    person = session.scalar(select(Person).where(Person.name == name))
    if person is None:
        person = Person(name=name, role=role, created_at=now, disabled_at=None)
        session.add(person)
        session.flush()
    elif person.role is not role:
        raise Forbidden(f"{name} already has the role {person.role}, not {role}. Choose another name.")
    return person


def create_key(
    session: Session,
    *,
    person: Person,
    now: datetime,
    key: str | None = None,
    expires_at: datetime | None = None,
    scopes: frozenset[Scope] | None = None,
) -> str:
    """Store a new key of `person` and return the key. The key cannot be shown again.

    Raises:
        Forbidden: the person is disabled, or the person's role lacks one of the scopes.
    """
    require_enabled(person)
    for scope in sorted((scopes or frozenset()) - person.role.scopes):
        raise Forbidden(
            f"The role {person.role} does not have the scope {scope}; it has "
            f"{', '.join(sorted(person.role.scopes))}."
        )
    key = key or new_key()
    session.add(
        ApiKey(
            person_id=person.id,
            role=person.role,
            prefix=key[:10],
            key_hash=hash_token(key),
            created_at=now,
            last_used_at=None,
            revoked_at=None,
            expires_at=expires_at,
            scopes=None if scopes is None else sorted(scopes),
        )
    )
    session.flush()
    return key


def revoke_key(session: Session, *, key_id: int, now: datetime) -> ApiKey:
    """Revoke a key. Browser sessions of the person who owns the key stay valid."""
    key = session.get(ApiKey, key_id)
    if key is None:
        raise NotFound("There is no such key.")
    key.revoked_at = key.revoked_at or now
    return key


def find_person(session: Session, name: str) -> Person:
    person = session.scalar(select(Person).where(Person.name == name))
    if person is None:
        raise NotFound(f"There is no person called {name}. List people with: ti2v person list")
    return person


def require_enabled(person: Person) -> None:
    if person.disabled_at is not None:
        raise Forbidden(f"{person.name} is disabled. Run: ti2v person enable {person.name!r}")


def disable(session: Session, person: Person, *, now: datetime) -> None:
    """Disable a person: refuse the person's keys, sign-in links and browsers from now on."""
    person.disabled_at = person.disabled_at or now
    session.flush()


def enable(session: Session, person: Person) -> None:
    """Enable a disabled person: accept the person's keys again.

    After that, the person must sign in again in each browser.
    """
    person.disabled_at = None
    session.flush()
