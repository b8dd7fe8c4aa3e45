"""Routes for the frame of a HIT (task of Mechanical Turk): enter the study there or in a new tab."""

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse

from app.clock import utc_now
from app.cookies import annotator_cookie_of, cookie_of, set_cookie
from app.dependencies import allow_frame, context_of
from app.errors import NotFound, NotSignedIn
from app.panels.study_texts import study_wording
from app.platforms.handover import HANDOVER, handed_over
from app.platforms.view_models import FramePage
from app.security.annotators import connect_browser, disconnect_other_browsers
from app.security.browsers import open_browser
from app.security.participants import find_participant, lock_study
from app.security.path_params import SlugPath
from app.tables.people import Annotator
from app.tables.platforms import PlatformSession
from app.tables.studies import Study

router = APIRouter(include_in_schema=False)
HandoverPath = Annotated[str, Path(pattern=HANDOVER)]


@router.get("/studies/{slug}/frame/{token}")
def frame(slug: SlugPath, token: HandoverPath, request: Request) -> Response:
    """Redirect to the study if the browser kept the cookie in the frame; otherwise offer a new tab."""
    context = context_of(request)
    with context.database.read() as session:
        study, annotator = _handed_over(session, request, slug, token)
        if _is_known(session, request, slug, annotator):
            return RedirectResponse(f"/studies/{slug}/phases", status_code=303)
        page = FramePage(
            study_title=study.title,
            open_url=f"/studies/{slug}/frame/{token}/open",
            wording=study_wording(study, accept_language=request.headers.get("accept-language", "")),
        )
    return context.pages.answer("platforms/frame.html", page)


@router.get("/studies/{slug}/frame/{token}/open")
def open_in_tab(slug: SlugPath, token: HandoverPath, request: Request) -> Response:
    """In a new tab, connect this browser with the annotator, and redirect to the study."""
    context, now = context_of(request), utc_now()
    with context.database.write() as session:
        study, annotator = _handed_over(session, request, slug, token)
        lock_study(session, study.id)
        browser = open_browser(
            session, cookie=cookie_of(request), now=now, days=context.settings.session_days
        )
        connect_browser(session, browser=browser.row, annotator=annotator)
        disconnect_other_browsers(session, browser=browser.row, annotator=annotator, now=now)
    redirect = RedirectResponse(f"/studies/{slug}/phases", status_code=303)
    set_cookie(redirect, browser.cookie, context)
    return redirect


def _handed_over(session: Session, request: Request, slug: str, token: str) -> tuple[Study, Annotator]:
    study = session.scalar(select(Study).where(Study.slug == slug))
    if study is not None:
        allow_frame(request, study)
    annotator_id = handed_over(context_of(request).settings.signing_key, token, now=utc_now())
    annotator = session.get(Annotator, annotator_id) if annotator_id is not None else None
    # Withdrawing deletes the row of the platform's ids.
    has_ids = annotator is not None and session.get(PlatformSession, annotator.id) is not None
    if study is None or annotator is None or annotator.study_id != study.id or not has_ids:
        raise NotFound("This link has expired. Open the HIT on Mechanical Turk again.")
    return study, annotator


def _is_known(session: Session, request: Request, slug: str, annotator: Annotator) -> bool:
    cookie = annotator_cookie_of(request)
    try:
        found = find_participant(session, cookie=cookie, study_slug=slug, now=utc_now())
    except NotSignedIn:
        return False
    return found.annotator.id == annotator.id
