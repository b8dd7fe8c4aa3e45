"""Who is asking: a person by key or browser, or an annotator by invitation."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from app.errors import Forbidden, NotFound, NotSignedIn
from app.security.tokens import hash_token, new_key, new_token
from app.tables.people import ApiKey, BrowserSession, Person, SignInLink
from benchmark.protocol import Role


@dataclass(frozen=True)
class Principal:
    """A person who proved who they are; `role` is the key's where a key was shown."""

    person_id: int
    name: str
    role: Role

    @property
    def is_admin(self) -> bool:
        return self.role is Role.ADMIN


# Made once: putting it together takes longer than asking it, and programs show a key with every request.
_OF_KEY = (
    select(Person.id, Person.name, ApiKey.role)
    .join(ApiKey, ApiKey.person_id == Person.id)
    .where(
        ApiKey.key_hash == bindparam("hash"),
        ApiKey.revoked_at.is_(None),
        Person.disabled_at.is_(None),
    )
)


def principal_of_key(session: Session, key: str) -> Principal | None:
    found = session.execute(_OF_KEY, {"hash": hash_token(key)}).one_or_none()
    return Principal(found.id, found.name, found.role) if found else None


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
    """Return the person of that name, made if new; another role than before is refused."""
    person = session.scalar(select(Person).where(Person.name == name))
    if person is None:
        person = Person(name=name, role=role, created_at=now, disabled_at=None)
        session.add(person)
        session.flush()
    elif person.role is not role:
        raise Forbidden(f"{name} is known as {person.role}, not {role}; choose another name.")
    return person


def create_key(session: Session, *, person: Person, now: datetime, key: str | None = None) -> str:
    """Store a new key of `person` and return it; it cannot be shown again."""
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
        )
    )
    session.flush()
    return key


def revoke_key(session: Session, *, key_id: int, now: datetime) -> ApiKey:
    key = session.get(ApiKey, key_id)
    if key is None:
        raise NotFound("There is no such key.")
    key.revoked_at = key.revoked_at or now
    return key


def create_sign_in_link(session: Session, *, person: Person, now: datetime, minutes: int) -> str:
    """Return the token of a link that signs one browser in, once."""
    token = new_token()
    expires_at = now + timedelta(minutes=minutes)
    session.add(
        SignInLink(
            person_id=person.id,
            token_hash=hash_token(token),
            created_at=now,
            expires_at=expires_at,
            used_at=None,
        )
    )
    session.flush()
    return token


def sign_in(session: Session, *, token: str, now: datetime, browser: BrowserSession) -> Person:
    """Use up a sign-in link and tie its person to `browser`."""
    link = session.scalar(
        select(SignInLink).where(SignInLink.token_hash == hash_token(token)).with_for_update()
    )
    if link is None or link.used_at is not None or link.expires_at <= now:
        raise NotSignedIn(
            "This sign-in link was used or is too old. Make a new one with: ti2v person sign-in NAME",
            code="sign_in_link_used",
        )
    person = session.get_one(Person, link.person_id)
    if person.disabled_at is not None:
        raise NotSignedIn("This account is disabled.", code="account_disabled")
    link.used_at = now
    browser.person_id = person.id
    return person


@dataclass(frozen=True)
class OpenedBrowser:
    row: BrowserSession
    cookie: str


def open_browser(session: Session, *, cookie: str | None, now: datetime, days: int) -> OpenedBrowser:
    """Return this browser's session under a fresh cookie.

    The cookie changes whenever rights are added (an invitation, a sign-in), so a cookie planted beforehand
    gains nothing.
    """
    row = None
    if cookie:
        # Of two requests with one cookie the second waits, finds it changed and gets a session of its own:
        # whichever answer the browser keeps, its cookie is good.
        row = session.scalar(
            select(BrowserSession)
            .where(BrowserSession.token_hash == hash_token(cookie), BrowserSession.expires_at > now)
            .with_for_update()
        )
    fresh = new_token()
    expires_at = now + timedelta(days=days)
    if row is None:
        row = BrowserSession(
            token_hash=hash_token(fresh), person_id=None, created_at=now, expires_at=expires_at
        )
        session.add(row)
    else:
        row.token_hash = hash_token(fresh)
        row.expires_at = expires_at
    session.flush()
    return OpenedBrowser(row, fresh)
