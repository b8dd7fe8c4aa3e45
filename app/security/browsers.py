"""Manages browser sessions: sign-in links, session cookies, and signing out of every browser."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.errors import Forbidden, NotSignedIn
from app.security.identity import principal_of_key, require_enabled
from app.security.tokens import hash_token, new_token
from app.tables.people import ApiKey, BrowserSession, Person, SignInLink
from benchmark.protocol import Role


def create_sign_in_link(session: Session, *, person: Person, now: datetime, minutes: int) -> str:
    """Return the token of a link that signs a browser in once.

    Raises:
        Forbidden: the person is disabled, or is a worker, which is a program without a browser.
    """
    require_enabled(person)
    if person.role is Role.WORKER:
        raise Forbidden(
            f"{person.name} has the role worker. Workers use keys and cannot sign in with a browser."
        )
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


def find_sign_in(session: Session, *, token: str, now: datetime, for_change: bool = False) -> SignInLink:
    """Return a sign-in link that is still valid. `for_change` locks the link's row.

    Raises:
        NotSignedIn: the link was used or is too old, or the link's person is disabled.
    """
    query = select(SignInLink).where(SignInLink.token_hash == hash_token(token))
    link = session.scalar(query.with_for_update() if for_change else query)
    if link is None or link.used_at is not None or link.expires_at <= now:
        raise NotSignedIn(
            "This sign-in link was used or has expired. Create a new one with: ti2v person sign-in NAME",
            code="sign_in_link_used",
        )
    if session.get_one(Person, link.person_id).disabled_at is not None:
        raise NotSignedIn("This account is disabled.", code="account_disabled")
    return link


def sign_in(session: Session, *, link: SignInLink, browser: BrowserSession, now: datetime) -> None:
    """Consume a sign-in link, and start a browser session for the link's person."""
    link.used_at = now
    browser.person_id = link.person_id
    session.flush()


def sign_in_with_key(session: Session, *, key: str, browser: BrowserSession, now: datetime) -> None:
    """Sign a browser in with a person's key. The session ends at the latest when the key expires.

    Raises:
        NotSignedIn: the key is unknown, expired or revoked. Keys of workers and keys that are limited to some
            scopes are also refused.
    """
    principal = principal_of_key(session, key, now=now)
    if principal is None or principal.role is Role.WORKER:
        raise NotSignedIn(
            "This key is unknown, expired, revoked, or a worker's key. Check the key.", code="wrong_key"
        )
    if principal.scopes is not None:
        raise NotSignedIn(
            "This key is limited to some scopes. Use a key without limits, or a sign-in link.",
            code="limited_key",
        )
    expires_at = session.get_one(ApiKey, principal.key_id).expires_at
    browser.expires_at = min(browser.expires_at, expires_at or browser.expires_at)
    browser.person_id = principal.person_id


def sign_out_everywhere(session: Session, person: Person, *, now: datetime) -> int:
    """Sign a person out of every browser and revoke unused sign-in links.

    Return the number of browsers that were signed out.

    A browser that also belongs to an annotator can still vote.
    """
    of_person = BrowserSession.person_id == person.id
    browsers = session.execute(
        select(func.count()).select_from(BrowserSession).where(of_person, BrowserSession.expires_at > now)
    ).scalar_one()
    session.execute(update(BrowserSession).where(of_person).values(person_id=None))
    session.execute(
        update(SignInLink)
        .where(SignInLink.person_id == person.id, SignInLink.used_at.is_(None))
        .values(used_at=now)
    )
    return browsers


@dataclass(frozen=True)
class OpenedBrowser:
    row: BrowserSession
    cookie: str


def open_browser(session: Session, *, cookie: str | None, now: datetime, days: int) -> OpenedBrowser:
    """Return the session of a browser, with a new value for its session cookie.

    The cookie changes whenever the browser gains rights (by an invitation or a sign-in). Therefore a cookie
    that an attacker stored in the browser earlier gets no rights.
    """
    row = None
    if cookie:
        # If two requests have the same cookie, the second one waits, finds the cookie changed and gets a new
        # session. The browser therefore has a valid cookie, no matter which response it keeps.
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
