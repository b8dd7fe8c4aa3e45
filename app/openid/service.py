"""Finds, connects or creates the person who belongs to an account at an OpenID Connect provider."""

from datetime import datetime

from pydantic import ValidationError
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.errors import Conflict, NotSignedIn
from app.security.audit import record_event
from app.security.id_tokens import Identity
from app.tables.people import ExternalIdentity, Person
from benchmark.protocol import Role
from benchmark.wire.people import PersonRequest

ACTOR = "openid"


def person_of(session: Session, identity: Identity, *, new_role: Role | None, now: datetime) -> Person:
    """Return the person of an account.

    The first sign-in connects the account with the person whose name is the account's verified email address.

    Args:
        new_role: the role of a person who is not known yet; if None, unknown people are refused.

    Raises:
        NotSignedIn: the person is disabled, unknown or ambiguous, or the account has no verified email
            address.
        Conflict: another request is signing in the same account at this moment.
    """
    person = session.scalar(
        select(Person)
        .join(ExternalIdentity)
        .where(ExternalIdentity.issuer == identity.issuer, ExternalIdentity.subject == identity.subject)
    )
    if person is None:
        person = _connected(session, identity, new_role=new_role, now=now)
    if person.disabled_at is not None:
        raise NotSignedIn("This account is disabled.", code="account_disabled")
    return person


def _connected(session: Session, identity: Identity, *, new_role: Role | None, now: datetime) -> Person:
    email = (identity.email or "").strip().lower()
    if "@" not in email:
        raise _unknown("The sign-in provider names no verified email address of yours.")
    person = _named(session, email)
    if person is None:
        if new_role is None:
            raise _unknown("Nobody on this server has your email address as a name.")
        person = _added(session, email, new_role, now)
    elif person.role is Role.WORKER:
        raise _unknown("The person with your email address as a name is a worker, and workers use keys only.")
    elif _has_account(session, person, identity.issuer):
        raise _unknown("Another account is connected with the person of this name.")
    session.add(
        ExternalIdentity(
            issuer=identity.issuer, subject=identity.subject, person_id=person.id, created_at=now
        )
    )
    try:
        session.flush()
    except IntegrityError as error:
        raise Conflict("You are signing in twice at this moment. Sign in again.") from error
    record_event(session, ACTOR, "person.connect", subject=person.name, now=now, role=person.role)
    return person


def _named(session: Session, email: str) -> Person | None:
    """Return the person whose name is the email address, in upper or lower case; None if there is nobody.

    Raises:
        NotSignedIn: several enabled people have this name.
    """
    found = session.scalars(select(Person).where(func.lower(Person.name) == email)).all()
    candidates = [person for person in found if person.disabled_at is None] or found[:1]
    if len(candidates) > 1:
        raise NotSignedIn(
            "Several people on this server have your email address as a name. Ask an admin of this server to "
            "disable all of them but one.",
            code="sign_in_failed",
        )
    return candidates[0] if candidates else None


def _added(session: Session, email: str, role: Role, now: datetime) -> Person:
    try:
        name = PersonRequest(name=email, role=role).name
    except ValidationError as error:
        raise _unknown("Your email address cannot be the name of a person.") from error
    person = Person(name=name, role=role, created_at=now, disabled_at=None)
    session.add(person)
    try:
        session.flush()
    except IntegrityError as error:
        raise Conflict("You are signing in twice at this moment. Sign in again.") from error
    record_event(session, ACTOR, "person.create", subject=person.name, now=now, role=person.role)
    return person


def _has_account(session: Session, person: Person, issuer: str) -> bool:
    accounts = select(ExternalIdentity.subject).where(
        ExternalIdentity.person_id == person.id, ExternalIdentity.issuer == issuer
    )
    return session.scalar(accounts) is not None


def _unknown(reason: str) -> NotSignedIn:
    return NotSignedIn(f"{reason} Ask an admin of this server to add you.", code="sign_in_failed")
