"""The page on which admins manage people, their sign-in links and their keys."""

from datetime import datetime
from typing import Annotated, Protocol

from fastapi import APIRouter, Form, Path, Request, Response
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse

from app.authenticated_route import AuthenticatedRoute
from app.clock import utc_now
from app.dependencies import context_of, page_response, require_person
from app.errors import Conflict, InvalidFields, NotFound
from app.people import service
from app.people.forms import parse_key_form, parse_person_form
from app.people.queries import KEYS, PEOPLE, KeyFilter, PersonFilter, keys_page, people_page
from app.people.view_models import KeyLine, PeopleFields, PeoplePage, PersonLine, SecretPage
from app.security.identity import Principal
from app.security.tokens import KEY_PREFIX, derived_token, new_token
from app.tables.people import Person
from benchmark.protocol import Role, Scope
from benchmark.wire.common import TOKEN

router = APIRouter(include_in_schema=False, route_class=AuthenticatedRoute)
Text = Annotated[str, Form()]
NumberPath = Annotated[int, Path(ge=1, lt=2**63)]


class Change(Protocol):
    """A function that signs a person out, disables a person, or enables a person."""

    def __call__(self, session: Session, *, person: Person, principal: Principal, now: datetime) -> None: ...


@router.get("/people")
def people(request: Request) -> Response:
    return _page(request, PeopleFields())


@router.post("/people")
def add_person(request: Request, name: Text = "", role: Text = "") -> Response:
    """Add a person. After an error, show the form with the submitted values."""
    fields = PeopleFields("person", name, role)
    try:
        with context_of(request).database.write() as session:
            principal = _admin(session, request)
            service.add_person(session, request=parse_person_form(fields), principal=principal, now=utc_now())
    except (InvalidFields, Conflict) as refusal:
        return _page(request, fields, refusal)
    return _back()


@router.post("/people/keys")
def add_key(
    request: Request,
    nonce: Annotated[str, Form(pattern=TOKEN)],
    name: Text = "",
    role: Text = "",
    days: Text = "",
    scopes: Annotated[list[str] | None, Form()] = None,
) -> Response:
    """Add a key and show it. If the same form is sent again, the page shows the same key."""
    context = context_of(request)
    # If a person presses Back and changes the form, the form has the same nonce but requests another key.
    limits = tuple(dict.fromkeys(scopes or ()))
    purpose = f"key of form {nonce}: {name!r} {role!r} {days!r} {limits!r}"
    secret = KEY_PREFIX + derived_token(context.settings.signing_key, purpose)
    fields = PeopleFields("key", name, role, days, limits)
    try:
        with context.database.write() as session:
            principal = _admin(session, request)
            wanted = parse_key_form(fields)
            created = service.add_key(
                session, request=wanted, principal=principal, now=utc_now(), secret=secret
            )
            page = SecretPage(
                f"Key of {wanted.name}", "Copy it now: no other page shows it again.", created.secret
            )
    except (InvalidFields, Conflict) as refusal:
        return _page(request, fields, refusal)
    return page_response(request, "people/secret.html", page)


@router.post("/people/keys/{number}/revoke")
def revoke_key(number: NumberPath, request: Request) -> Response:
    with context_of(request).database.write() as session:
        service.revoke_key(session, key_id=number, principal=_admin(session, request), now=utc_now())
    return _back()


@router.post("/people/{number}/sign-in-link")
def sign_in_link(number: NumberPath, request: Request) -> Response:
    """Show a link that signs a person in; the link works once, in one browser."""
    context = context_of(request)
    minutes = context.settings.sign_in_link_minutes
    with context.database.write() as session:
        principal = _admin(session, request)
        person = _find(session, number)
        token = service.add_sign_in_link(
            session, person=person, principal=principal, now=utc_now(), minutes=minutes
        )
        name = person.name
    page = SecretPage(
        f"Sign-in link of {name}",
        f"It works once, within {minutes} minutes. No other page shows it again.",
        f"{context.settings.effective_public_url}/sign-in/{token}",
    )
    return page_response(request, "people/secret.html", page)


@router.post("/people/{number}/sign-out")
def sign_out(number: NumberPath, request: Request) -> Response:
    return _change(number, request, service.sign_out)


@router.post("/people/{number}/disable")
def disable(number: NumberPath, request: Request) -> Response:
    return _change(number, request, service.disable)


@router.post("/people/{number}/enable")
def enable(number: NumberPath, request: Request) -> Response:
    return _change(number, request, service.enable)


def _change(number: int, request: Request, change: Change) -> Response:
    with context_of(request).database.write() as session:
        principal = _admin(session, request)
        change(session, person=_find(session, number), principal=principal, now=utc_now())
    return _back()


def _admin(session: Session, request: Request) -> Principal:
    return require_person(session, request, Role.ADMIN, scope=Scope.ADMIN, now=utc_now())


def _find(session: Session, number: int) -> Person:
    person = session.get(Person, number)
    if person is None:
        raise NotFound("There is no such person.", code="unknown_person")
    return person


def _page(
    request: Request, fields: PeopleFields, refusal: InvalidFields | Conflict | None = None
) -> Response:
    context, now = context_of(request), utc_now()
    with context.database.read() as session:
        principal = _admin(session, request)
        numbers = {row.name: row.id for row in session.execute(select(Person.id, Person.name))}
        found = people_page(session, PersonFilter(), PEOPLE.everything(), now=now).people
        keys = keys_page(session, KeyFilter(), KEYS.everything(), now=now).keys
        page = PeoplePage(
            people=tuple(
                PersonLine(numbers[each.name], each, numbers[each.name] == principal.person_id)
                for each in found
            ),
            keys=tuple(KeyLine(key, now) for key in reversed(keys)),
            fields=fields,
            nonce=new_token(),
            problems=_problems(refusal) if refusal else {},
        )
    status = refusal.status if refusal else 200
    return page_response(request, "people/people.html", page, status=status)


def _problems(refusal: InvalidFields | Conflict) -> dict[str, str]:
    """Return the message for each wrong field; a conflict always concerns the field `name`."""
    return refusal.fields if isinstance(refusal, InvalidFields) else {"name": refusal.message}


def _back() -> Response:
    return RedirectResponse("/people", status_code=303)
