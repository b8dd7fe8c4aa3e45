"""Returns what routes read from a request: the application's context, the sender and the browser's cookie."""

from datetime import datetime

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from app.clock import utc_now
from app.context import AppContext
from app.cookies import cookie_of, cookies_of
from app.errors import Forbidden, NotSignedIn
from app.navigation import navigation
from app.security.identity import Principal, principal_of_browser, principal_of_key
from app.security.publication import Visitor
from app.security.visibility import find_study, reads_by_link
from app.tables.studies import Study
from benchmark.protocol import Role, Scope

USED_KEY = "ti2v_used_key"
# This key is set in the ASGI scope of a request if Mechanical Turk may show the response in a frame.
MAY_BE_FRAMED = "ti2v_may_be_framed"
_PERSON = "ti2v_person"


def context_of(request: Request) -> AppContext:
    context = request.app.state.context
    assert isinstance(context, AppContext)
    return context


def allow_frame(request: Request, study: Study) -> None:
    """Let Mechanical Turk show the response in a frame if the study is on Mechanical Turk."""
    if study.may_be_framed:
        request.scope[MAY_BE_FRAMED] = True


def page_response(request: Request, template: str, page: object, *, status: int = 200) -> Response:
    """Return a page. If a person sent the request, the page shows the navigation of this person."""
    principal = request.scope.get(_PERSON)
    return context_of(request).pages.answer(
        template,
        page,
        status=status,
        navigation=navigation(principal, request.url.path) if principal else None,
    )


def require_person(
    session: Session, request: Request, *roles: Role, now: datetime, scope: Scope = Scope.READ
) -> Principal:
    """Return the person who sent the request. Without a key, the browser session identifies the person.

    Admins have all rights of researchers.

    Args:
        scope: the scope that the key must have.

    Raises:
        NotSignedIn: the key or session is missing or invalid.
        Forbidden: the key's role is not among `roles`, or the key does not have the scope (`missing_scope`).
        TooManyRequests: this address has sent too many invalid keys or sessions.
    """
    principal = request.scope.get(_PERSON) or _find_person(session, request, now=now)
    request.scope[_PERSON] = principal
    if principal.role not in (*roles, Role.ADMIN):
        raise Forbidden(f"This needs a key of role {' or '.join(roles)}; yours is {principal.role}.")
    if not principal.may(scope):
        raise Forbidden(
            f"This key is limited and does not have the scope {scope}. Create one that has it with: "
            "ti2v key create --scope",
            code="missing_scope",
        )
    return principal


def optional_person(session: Session, request: Request) -> Principal | None:
    """Return the person who sent the request; None for a visitor without a key and without a sign-in.

    Raises:
        NotSignedIn: the request has an invalid key.
        Forbidden: the key does not have the scope `read`.
    """
    now = utc_now()
    if request.headers.get("authorization") is None:
        cookie = cookie_of(request)
        principal = principal_of_browser(session, cookie, now=now) if cookie else None
        request.scope[_PERSON] = principal
        return principal
    return require_person(session, request, *Role, now=now)


def authenticate(request: Request) -> None:
    """Authenticate the request before the body is read; the route itself calls `require_person` later.

    Raises:
        NotSignedIn, TooManyRequests: see `require_person`.
    """
    now = utc_now()
    with context_of(request).database.read() as session:
        request.scope[_PERSON] = _find_person(session, request, now=now)


def require_reader(
    session: Session, request: Request, slug: str | None = None, *, now: datetime
) -> Principal:
    """Return the reader of results: a person, or a visitor who can see only published results.

    Args:
        slug: the study to read. A person who may not see the study can still read the results as a visitor if
            this browser has opened the study's unlisted link.

    Raises:
        NotSignedIn: the key is invalid.
        Forbidden: the key belongs to a worker.
    """
    is_visitor = "authorization" not in request.headers and not _is_signed_in(session, request, now=now)
    visitor = Principal(0, "visitor", Role.VIEWER, visitor=visitor_of(request))
    if is_visitor:
        return visitor
    person = require_person(session, request, Role.RESEARCHER, Role.VIEWER, now=now)
    return visitor if slug and reads_by_link(session, slug, person, visitor_of(request)) else person


def visitor_of(request: Request) -> Visitor:
    return Visitor(cookies_of(request), context_of(request).settings.signing_key)


def _is_signed_in(session: Session, request: Request, *, now: datetime) -> bool:
    cookie = cookie_of(request)
    return cookie is not None and principal_of_browser(session, cookie, now=now) is not None


def require_own_study(
    session: Session, request: Request, slug: str, *, with_deleted: bool = False
) -> tuple[Study, Principal]:
    """Return a study that the person may manage.

    For a study of somebody else, the error is the same as for a missing study.
    """
    scope = Scope.READ if request.method == "GET" else Scope.STUDY
    principal = require_person(session, request, Role.RESEARCHER, scope=scope, now=utc_now())
    study = find_study(session, slug=slug, principal=principal, for_change=True, with_deleted=with_deleted)
    return study, principal


def _find_person(session: Session, request: Request, *, now: datetime) -> Principal:
    authorization = request.headers.get("authorization")
    if authorization is not None:
        scheme, _, key = authorization.partition(" ")
        is_bearer = scheme.lower() == "bearer"
        principal = principal_of_key(session, key.strip(), now=now) if is_bearer else None
        if principal is None:
            count_wrong_secret(request)
            raise NotSignedIn("This key is not known, or it expired or was revoked.", code="wrong_key")
        # The middleware records the use of the key after the response was sent.
        request.scope[USED_KEY] = principal.key_id
        return principal
    cookie = cookie_of(request)
    principal = principal_of_browser(session, cookie, now=now) if cookie else None
    if principal is None:
        raise NotSignedIn("Send a key as 'Authorization: Bearer KEY', or sign in with your link.")
    return principal


def count_wrong_secret(request: Request) -> None:
    address = request.client.host if request.client else "unknown"
    context_of(request).guesses.wrong_secret(address)
