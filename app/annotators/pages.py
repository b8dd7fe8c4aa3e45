"""The invitation link, the welcome behind it, and leaving a study."""

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from app.annotators.page import WelcomePage, WithdrawPage
from app.annotators.service import accept_invitation, votes_of, withdraw_annotator
from app.clock import utc_now
from app.errors import NotFound
from app.panels.progress import progress_of
from app.security.asking import cookie_of, count_wrong_secret, installation_of, set_cookie
from app.security.identity import open_browser
from app.security.participants import find_participant, lock_study
from app.security.paths import SlugPath

router = APIRouter(include_in_schema=False)


@router.get("/invite/{token}")
def invitation(token: Annotated[str, Path(max_length=200)], request: Request) -> Response:
    """Let this browser act for the link's annotator and say what they will do."""
    installation = installation_of(request)
    now = utc_now()
    try:
        with installation.database.write() as session:
            browser = open_browser(
                session, cookie=cookie_of(request), now=now, days=installation.settings.session_days
            )
            study = accept_invitation(session, token=token, browser=browser.row, now=now)
            participant = find_participant(session, cookie=browser.cookie, study_slug=study.slug, now=now)
            total = progress_of(session, study=study, annotator_id=participant.annotator.id).total
    except NotFound:
        count_wrong_secret(request)
        raise
    page = WelcomePage(
        study_slug=study.slug,
        study_title=study.title,
        instructions=study.instructions or None,
        start_url=f"/studies/{study.slug}/vote",
        total=total,
    )
    answer = installation.pages.answer("annotators/welcome.html", page)
    set_cookie(answer, browser.cookie, installation)
    return answer


@router.get("/studies/{slug}/withdraw")
def ask_before_leaving(slug: SlugPath, request: Request) -> Response:
    with installation_of(request).database.read() as session:
        participant = find_participant(session, cookie=cookie_of(request), study_slug=slug, now=utc_now())
        votes = votes_of(session, participant.annotator)
        page = WithdrawPage(study_slug=slug, study_title=participant.study.title, votes=votes)
    return installation_of(request).pages.answer("annotators/withdraw.html", page)


@router.post("/studies/{slug}/withdraw")
def leave(slug: SlugPath, request: Request) -> Response:
    now = utc_now()
    with installation_of(request).database.write() as session:
        participant = find_participant(session, cookie=cookie_of(request), study_slug=slug, now=now)
        study = lock_study(session, participant.study.id)
        votes = withdraw_annotator(session, annotator=participant.annotator, study=study, now=now)
        page = WithdrawPage(study_slug=slug, study_title=study.title, votes=votes)
    return installation_of(request).pages.answer("annotators/withdrawn.html", page)
