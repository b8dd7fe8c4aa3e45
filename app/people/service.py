"""Lets admins create people, keys and sign-in links, revoke keys, and disable or enable people.

Messages do not repeat names, because names come from the request.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.errors import Conflict, NotFound
from app.security import identity
from app.security.audit import record_event
from app.security.browsers import create_sign_in_link, sign_out_everywhere
from app.security.identity import Principal
from app.security.tokens import hash_token, new_key
from app.tables.people import ApiKey, Person
from benchmark.protocol import Role
from benchmark.wire.people import KeyRequest, PersonRequest


@dataclass(frozen=True)
class CreatedKey:
    """A new key; `secret` is stored nowhere."""

    row: ApiKey
    secret: str


def add_person(session: Session, *, request: PersonRequest, principal: Principal, now: datetime) -> Person:
    """Add a person without keys and without signed-in browsers.

    Raises:
        Conflict: somebody has this name (`person_exists`).
    """
    if _named(session, request.name) is not None:
        raise _exists("Somebody has this name already. Choose another name.")
    person = Person(name=request.name, role=request.role, created_at=now, disabled_at=None)
    session.add(person)
    try:
        session.flush()
    except IntegrityError as error:
        raise _exists("Somebody with this name is being added at this moment.") from error
    _note(session, "person.create", request.name, principal, now, role=request.role)
    return person


def find_person(session: Session, name: str) -> Person:
    """Return the person with a name.

    Raises:
        NotFound: nobody has this name (`unknown_person`).
    """
    person = _named(session, name)
    if person is None:
        raise NotFound("Nobody has this name. GET /api/v1/people lists everybody.", code="unknown_person")
    return person


def add_key(
    session: Session,
    *,
    request: KeyRequest,
    principal: Principal,
    now: datetime,
    secret: str | None = None,
) -> CreatedKey:
    """Add a key for a person. If the person does not exist, also add the person.

    Args:
        secret: the new key; by default a random key. An existing key is returned unchanged, so that sending a
            form twice adds only one key.

    Raises:
        Conflict: the person has another role (`person_exists`), or is disabled (`person_disabled`).
    """
    secret = secret or new_key()
    before = session.scalar(select(ApiKey).where(ApiKey.key_hash == hash_token(secret)))
    if before is not None:
        return CreatedKey(before, secret)
    person = _named(session, request.name)
    if person is None:
        person = add_person(
            session,
            request=PersonRequest(name=request.name, role=request.role),
            principal=principal,
            now=now,
        )
    if person.role is not request.role:
        raise _exists(f"The person with this name has the role {person.role}. Choose this role.")
    _require_enabled(person)
    expires_at = now + timedelta(days=request.days) if request.days else None
    identity.create_key(
        session, person=person, now=now, key=secret, expires_at=expires_at, scopes=request.scopes
    )
    row = session.execute(select(ApiKey).where(ApiKey.key_hash == hash_token(secret))).scalar_one()
    is_limited = request.days is not None or request.scopes is not None
    limits = {"days": request.days, "scopes": sorted(request.scopes or ())} if is_limited else {}
    _note(session, "key.create", request.name, principal, now, role=row.role, begins=row.prefix, **limits)
    return CreatedKey(row, secret)


def revoke_key(session: Session, *, key_id: int, principal: Principal, now: datetime) -> None:
    """Revoke a key permanently. A key that is already revoked does not change.

    Raises:
        NotFound: there is no such key.
    """
    key = identity.revoke_key(session, key_id=key_id, now=now)
    _note(session, "key.revoke", f"key {key_id}", principal, now, begins=key.prefix)


def add_sign_in_link(
    session: Session, *, person: Person, principal: Principal, now: datetime, minutes: int
) -> str:
    """Return the token of a link that signs in one browser of a person.

    Raises:
        Conflict: the person is disabled (`person_disabled`), or has the role worker, which uses no browser.
    """
    _require_enabled(person)
    if person.role is Role.WORKER:
        raise Conflict("A worker has keys and no browser, so it gets no sign-in link.")
    token = create_sign_in_link(session, person=person, now=now, minutes=minutes)
    _note(session, "person.sign_in_link", person.name, principal, now, role=person.role)
    return token


def sign_out(session: Session, *, person: Person, principal: Principal, now: datetime) -> None:
    """Sign a person out of every browser; the person's keys still work."""
    sign_out_everywhere(session, person, now=now)
    _note(session, "person.sign_out", person.name, principal, now)


def disable(session: Session, *, person: Person, principal: Principal, now: datetime) -> None:
    """Disable a person: the server refuses the person's keys and browser sessions.

    Raises:
        Conflict: the admin would disable their own account.
    """
    if person.id == principal.person_id:
        raise Conflict("You cannot disable your own account. Ask another admin.")
    identity.disable(session, person, now=now)
    sign_out_everywhere(session, person, now=now)
    _note(session, "person.disable", person.name, principal, now)


def enable(session: Session, *, person: Person, principal: Principal, now: datetime) -> None:
    """Accept a person's keys again; in a browser the person must sign in again."""
    identity.enable(session, person)
    _note(session, "person.enable", person.name, principal, now)


def _named(session: Session, name: str) -> Person | None:
    return session.scalar(select(Person).where(Person.name == name))


def _require_enabled(person: Person) -> None:
    if person.disabled_at is not None:
        raise Conflict("This person is disabled. Enable the person first.", code="person_disabled")


def _exists(message: str) -> Conflict:
    return Conflict(message, code="person_exists")


def _note(
    session: Session, action: str, subject: str, principal: Principal, now: datetime, **details: object
) -> None:
    """Record a change in the audit log; never pass secrets."""
    record_event(session, principal, action, subject=subject, now=now, **details)
