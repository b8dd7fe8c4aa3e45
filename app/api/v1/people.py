"""REST routes for admins: people, their sign-in links and their keys."""

from datetime import datetime, timedelta
from typing import Annotated

from fastapi import Path, Query, Request, Response
from sqlalchemy.orm import Session

from app.api.v1.error_responses import errors
from app.api.v1.json_router import api_router
from app.api.v1.list_parameters import ListQuery
from app.clock import utc_now
from app.dependencies import context_of, require_person
from app.people import service
from app.people.queries import (
    KEYS,
    PEOPLE,
    KeyFilter,
    PersonFilter,
    key_response,
    keys_page,
    people_page,
    person_response,
)
from app.security.identity import Principal
from benchmark.protocol import Role, Scope
from benchmark.wire.common import BROUGHT_NAME
from benchmark.wire.people import (
    MAX_PERSON_CHARS,
    CreatedKeyResponse,
    KeyRequest,
    KeysResponse,
    PeopleResponse,
    PersonRequest,
    PersonResponse,
    SignInLinkResponse,
)

router = api_router("people")
PersonPath = Annotated[str, Path(max_length=MAX_PERSON_CHARS, pattern=BROUGHT_NAME)]
PersonQuery = Annotated[str | None, Query(max_length=MAX_PERSON_CHARS, pattern=BROUGHT_NAME)]
KeyIdPath = Annotated[int, Path(ge=1, lt=2**63)]


@router.post("/people", status_code=201, responses=errors("409 person_exists"))
def create_person(body: PersonRequest, request: Request) -> PersonResponse:
    """Add a person without keys."""
    with context_of(request).database.write() as session:
        principal, now = _admin(session, request)
        person = service.add_person(session, request=body, principal=principal, now=now)
        return person_response(session, person, now=now)


@router.get("/people", responses=errors("422 invalid_cursor"))
def list_people(
    request: Request, listing: ListQuery, role: Role | None = None, disabled: bool | None = None
) -> PeopleResponse:
    """Return everybody with an account, sorted by name."""
    page = listing.page_of(PEOPLE)
    with context_of(request).database.read() as session:
        _, now = _admin(session, request)
        return people_page(session, PersonFilter(role, disabled), page, now=now)


@router.post(
    "/people/{name}/sign-in-link",
    status_code=201,
    responses=errors("404 unknown_person", "409 person_disabled conflict"),
)
def create_sign_in_link(name: PersonPath, request: Request) -> SignInLinkResponse:
    """Create a link that signs a person in; the link works once, in one browser."""
    context = context_of(request)
    minutes = context.settings.sign_in_link_minutes
    with context.database.write() as session:
        principal, now = _admin(session, request)
        person = service.find_person(session, name)
        token = service.add_sign_in_link(
            session, person=person, principal=principal, now=now, minutes=minutes
        )
    link = f"{context.settings.effective_public_url}/sign-in/{token}"
    return SignInLinkResponse(link=link, expires_at=now + timedelta(minutes=minutes))


@router.post("/people/{name}/sign-out", responses=errors("404 unknown_person"))
def sign_out(name: PersonPath, request: Request) -> PersonResponse:
    """Sign a person out of every browser and invalidate unused sign-in links.

    The person's keys still work.
    """
    with context_of(request).database.write() as session:
        principal, now = _admin(session, request)
        person = service.find_person(session, name)
        service.sign_out(session, person=person, principal=principal, now=now)
        return person_response(session, person, now=now)


@router.post("/people/{name}/disable", responses=errors("404 unknown_person", "409 conflict"))
def disable(name: PersonPath, request: Request) -> PersonResponse:
    """Disable a person: refuse all requests by key or browser until the person is enabled again."""
    with context_of(request).database.write() as session:
        principal, now = _admin(session, request)
        person = service.find_person(session, name)
        service.disable(session, person=person, principal=principal, now=now)
        return person_response(session, person, now=now)


@router.post("/people/{name}/enable", responses=errors("404 unknown_person"))
def enable(name: PersonPath, request: Request) -> PersonResponse:
    """Accept the keys of a disabled person again; in a browser the person must sign in again."""
    with context_of(request).database.write() as session:
        principal, now = _admin(session, request)
        person = service.find_person(session, name)
        service.enable(session, person=person, principal=principal, now=now)
        return person_response(session, person, now=now)


@router.post("/keys", status_code=201, responses=errors("409 person_exists person_disabled"))
def create_key(body: KeyRequest, request: Request) -> CreatedKeyResponse:
    """Create a key. The response is the only place where the secret is shown."""
    with context_of(request).database.write() as session:
        principal, now = _admin(session, request)
        created = service.add_key(session, request=body, principal=principal, now=now)
        shown = key_response(session, created.row)
    return CreatedKeyResponse(**shown.model_dump(), key=created.secret)


@router.get("/keys", responses=errors("422 invalid_cursor"))
def list_keys(
    request: Request,
    listing: ListQuery,
    name: PersonQuery = None,
    role: Role | None = None,
    active: bool | None = None,
) -> KeysResponse:
    """Return all keys without the secrets, in the order of creation."""
    page = listing.page_of(KEYS)
    with context_of(request).database.read() as session:
        _, now = _admin(session, request)
        return keys_page(session, KeyFilter(name, role, active), page, now=now)


@router.delete("/keys/{key_id}", status_code=204, responses=errors("404 not_found"))
def revoke_key(key_id: KeyIdPath, request: Request) -> Response:
    """Revoke a key permanently. The browsers of the key's owner stay signed in."""
    with context_of(request).database.write() as session:
        principal, now = _admin(session, request)
        service.revoke_key(session, key_id=key_id, principal=principal, now=now)
    return Response(status_code=204)


def _admin(session: Session, request: Request) -> tuple[Principal, datetime]:
    """Return the admin who sent the request, and the time."""
    now = utc_now()
    return require_person(session, request, Role.ADMIN, scope=Scope.ADMIN, now=now), now
