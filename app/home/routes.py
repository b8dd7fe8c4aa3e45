"""Routes of the home page, of sign-in (by key or link) and of sign-out."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Literal

from fastapi import APIRouter, Form, Query, Request, Response
from sqlalchemy import select
from starlette.responses import RedirectResponse

from app.clock import utc_now
from app.cookies import COOKIE, cookie_of, delete_cookie, set_cookie
from app.dependencies import context_of, count_wrong_secret, optional_person, page_response, require_person
from app.errors import NotSignedIn
from app.home.queries import submission_lines
from app.home.view_builder import home_page
from app.home.view_models import SignInPage, StudyList, StudySearch, SubmissionsPart
from app.security.browsers import find_sign_in, open_browser, sign_in, sign_in_with_key
from app.security.path_params import TokenPath
from app.security.tokens import hash_token
from app.sign_in_form import SignInForm, local_path, provider_name
from app.tables.people import BrowserSession, Person
from benchmark.plurals import counted
from benchmark.protocol import Role, StudyStatus

router = APIRouter(include_in_schema=False)
PageQuery = Annotated[int, Query(ge=1, le=10_000)]


@router.get("/")
def home(
    request: Request,
    show: StudyList = StudyList.CURRENT,
    text: Annotated[str, Query(max_length=200)] = "",
    status: StudyStatus | Literal[""] = "",
    page: PageQuery = 1,
    submissions: PageQuery = 1,
) -> Response:
    """Show the home page. `text` and `status` filter the list of studies; empty values match all studies."""
    context, wanted = context_of(request), StudySearch(show, text.strip(), status or None)
    with context.database.read() as session:
        principal = optional_person(session, request)
        built = home_page(session, principal, wanted, page=page, submissions=submissions)
    return page_response(request, "home/home.html", built)


@router.get("/submissions/progress")
def submissions_progress(request: Request, submissions: PageQuery = 1) -> Response:
    """Return a page of submissions. The home page polls this list while clips are being uploaded."""
    context = context_of(request)
    with context.database.read() as session:
        principal = require_person(session, request, Role.RESEARCHER, Role.VIEWER, now=utc_now())
        lines = submission_lines(session, principal, page=submissions)
        part = SubmissionsPart(lines, submissions)
    return context.pages.answer("home/_submissions.html", part)


@router.get("/sign-in")
def sign_in_form(request: Request) -> Response:
    return context_of(request).pages.answer("sign_in_form.html", SignInForm(provider=provider_name(request)))


@router.post("/sign-in")
def post_sign_in(
    request: Request,
    key: Annotated[str, Form(max_length=200)],
    target: Annotated[str, Form(max_length=2000)] = "/",
) -> Response:
    """Sign this browser in with a key, then redirect to the page that required the sign-in."""
    context = context_of(request)
    try:
        with context.database.write() as session:
            now = utc_now()
            browser = open_browser(
                session, cookie=cookie_of(request), now=now, days=context.settings.session_days
            )
            sign_in_with_key(session, key=key.strip(), browser=browser.row, now=now)
    except NotSignedIn as refusal:
        count_wrong_secret(request)
        page = SignInForm(refusal.message, local_path(target), provider=provider_name(request))
        return context.pages.answer("sign_in_form.html", page, status=refusal.status)
    answer = RedirectResponse(local_path(target), status_code=303)
    set_cookie(answer, browser.cookie, context)
    return answer


@router.get("/sign-in/{token}")
def show_sign_in(token: TokenPath, request: Request) -> Response:
    """Show the page of a sign-in link, which asks for confirmation.

    A GET does not use up the link, because mail scanners and link previews also follow links.
    """
    context = context_of(request)
    with _counting_wrong_links(request), context.database.read() as session:
        link = find_sign_in(session, token=token, now=utc_now())
        person = session.get_one(Person, link.person_id)
    page = SignInPage(token, person.name, person.role, counted(context.settings.session_days, "day"))
    return context.pages.answer("home/sign_in.html", page)


@router.post("/sign-in/{token}")
def sign_in_browser(token: TokenPath, request: Request) -> Response:
    """Sign this browser in with the link, which works once."""
    context = context_of(request)
    with _counting_wrong_links(request), context.database.write() as session:
        now = utc_now()
        link = find_sign_in(session, token=token, now=now, for_change=True)
        browser = open_browser(
            session, cookie=cookie_of(request), now=now, days=context.settings.session_days
        )
        sign_in(session, link=link, browser=browser.row, now=now)
    answer = RedirectResponse("/", status_code=303)
    set_cookie(answer, browser.cookie, context)
    return answer


@contextmanager
def _counting_wrong_links(request: Request) -> Iterator[None]:
    try:
        yield
    except NotSignedIn:
        count_wrong_secret(request)
        raise


@router.post("/sign-out")
def sign_out(request: Request) -> Response:
    """Sign the person out of this browser, and remove the browser's annotator invitations."""
    cookie = cookie_of(request)
    if cookie:
        with context_of(request).database.write() as session:
            row = session.scalar(
                select(BrowserSession).where(BrowserSession.token_hash == hash_token(cookie))
            )
            if row is not None:
                session.delete(row)
    answer = RedirectResponse("/", status_code=303)
    delete_cookie(answer, COOKIE, context_of(request))
    return answer
