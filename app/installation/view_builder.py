"""Builds the settings page."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.context import AppContext
from app.installation.checks import State
from app.installation.effective_settings import effective_settings
from app.installation.queries import connected_at, installation_state
from app.installation.view_models import Account, ServiceState
from app.people.queries import KEYS, KeyFilter, keys_page, person_response
from app.people.view_models import KeyLine
from app.security.identity import Principal
from app.settings import Settings
from app.tables.people import Person

_ORDER = (State.BAD, State.NOTE, State.GOOD)


def account_view(session: Session, settings: Settings, principal: Principal, *, now: datetime) -> Account:
    person = session.get_one(Person, principal.person_id)
    keys = keys_page(session, KeyFilter(name=person.name), KEYS.everything(), now=now).keys
    issuer = settings.openid_issuer
    return Account(
        person=person_response(session, person, now=now),
        keys=tuple(KeyLine(each, now) for each in reversed(keys)),
        provider=settings.openid_name if issuer else "",
        connected_at=connected_at(session, person_id=person.id, issuer=issuer) if issuer else None,
    )


def service_view(context: AppContext, *, online_workers: int, now: datetime) -> ServiceState:
    """Check the service; the caller must not hold an open database session."""
    found = installation_state(context, online_workers=online_workers, now=now)
    findings = sorted(found, key=lambda each: _ORDER.index(each.state))
    return ServiceState(tuple(findings), effective_settings(context.settings))
