"""The first page; signing in by link, and out."""

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse

from app.benchmarks.service import benchmark_shape, newest_benchmarks
from app.clock import utc_now
from app.errors import NotSignedIn
from app.home.page import BenchmarkLine, HomePage, StudyLine
from app.security.asking import COOKIE, cookie_of, count_wrong_secret, installation_of, set_cookie
from app.security.identity import open_browser, principal_of_browser, sign_in
from app.security.tokens import hash_token
from app.studies.queries import study_progress, visible_studies
from app.tables.bench import Benchmark
from app.tables.people import BrowserSession
from app.tables.studies import Study

router = APIRouter(include_in_schema=False)


@router.get("/")
def home(request: Request) -> Response:
    installation = installation_of(request)
    cookie = cookie_of(request)
    with installation.database.read() as session:
        principal = principal_of_browser(session, cookie, now=utc_now()) if cookie else None
        studies = visible_studies(session, principal) if principal else []
        page = HomePage(
            person=principal.name if principal else None,
            studies=tuple(_study_line(session, study) for study in studies),
            benchmarks=tuple(_benchmark_line(session, each) for each in newest_benchmarks(session)),
        )
    return installation.pages.answer("home/home.html", page)


@router.get("/sign-in/{token}")
def follow_sign_in_link(
    token: Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{43}$")], request: Request
) -> Response:
    """Sign this browser in; the link works once."""
    installation = installation_of(request)
    now = utc_now()
    try:
        with installation.database.write() as session:
            browser = open_browser(
                session, cookie=cookie_of(request), now=now, days=installation.settings.session_days
            )
            sign_in(session, token=token, now=now, browser=browser.row)
    except NotSignedIn:
        count_wrong_secret(request)
        raise
    answer = RedirectResponse("/", status_code=303)
    set_cookie(answer, browser.cookie, installation)
    return answer


@router.post("/sign-out")
def sign_out(request: Request) -> Response:
    """Sign the person out; this browser's invitations end with it."""
    cookie = cookie_of(request)
    if cookie:
        with installation_of(request).database.write() as session:
            row = session.scalar(
                select(BrowserSession).where(BrowserSession.token_hash == hash_token(cookie))
            )
            if row is not None:
                session.delete(row)
    answer = RedirectResponse("/", status_code=303)
    answer.delete_cookie(COOKIE, path="/")
    return answer


def _study_line(session: Session, study: Study) -> StudyLine:
    progress = study_progress(session, study)
    return StudyLine(
        slug=study.slug,
        title=study.title,
        status=study.status,
        votes=progress.votes,
        votes_wanted=progress.votes_wanted,
        matchups=len(progress.matchups),
        created_at=study.created_at,
    )


def _benchmark_line(session: Session, benchmark: Benchmark) -> BenchmarkLine:
    shape = benchmark_shape(session, benchmark)
    return BenchmarkLine(benchmark.slug, benchmark.title, shape.pairs, shape.images, shape.scenarios)
