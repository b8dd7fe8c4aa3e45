"""Routes of the invitation link, of the welcome page, and of an annotator's withdrawal."""

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response
from starlette.responses import RedirectResponse

from app.clock import utc_now
from app.cookies import annotator_cookie_of, cookie_of, set_cookie
from app.dependencies import allow_frame, context_of, count_wrong_secret
from app.errors import NotFound
from app.invitations.service import accept_invitation, votes_of, withdraw_annotator
from app.invitations.view_models import WelcomePage, WithdrawPage
from app.languages.study_texts import StudyWording
from app.panels.progress import progress_of
from app.panels.study_texts import study_wording
from app.security.browsers import open_browser
from app.security.participants import find_participant
from app.security.path_params import SlugPath
from app.tables.people import Annotator
from app.tables.studies import Study
from benchmark.protocol import StudyStatus

router = APIRouter(include_in_schema=False)


@router.get("/invite/{token}")
def invitation(token: Annotated[str, Path(max_length=200)], request: Request) -> Response:
    """Connect this browser with the link's annotator; show the welcome page or the annotator's next phase."""
    context = context_of(request)
    try:
        with context.database.write() as session:
            now = utc_now()
            browser = open_browser(
                session, cookie=cookie_of(request), now=now, days=context.settings.session_days
            )
            study, annotator = accept_invitation(session, token=token, browser=browser.row, now=now)
            has_phases = study.phases is not None and study.status is not StudyStatus.DRAFT
            total = progress_of(session, study=study, annotator_id=annotator.id).total if annotator else 0
            wording = _wording(request, study, annotator)
    except NotFound:
        count_wrong_secret(request)
        raise
    if annotator is not None and has_phases:
        redirect = RedirectResponse(f"/studies/{study.slug}/phases", status_code=303)
        set_cookie(redirect, browser.cookie, context)
        return redirect
    page = WelcomePage(
        study_slug=study.slug,
        study_title=study.title,
        instructions=study.instructions or None,
        url=f"/invite/{token}",
        start_url=f"/studies/{study.slug}/vote",
        total=total,
        status=study.status,
        wording=wording,
    )
    answer = context.pages.answer("invitations/welcome.html", page)
    set_cookie(answer, browser.cookie, context)
    return answer


@router.get("/studies/{slug}/withdraw")
def ask_before_leaving(slug: SlugPath, request: Request) -> Response:
    with context_of(request).database.read() as session:
        participant = find_participant(
            session, cookie=annotator_cookie_of(request), study_slug=slug, now=utc_now()
        )
        allow_frame(request, participant.study)
        votes = votes_of(session, participant.annotator)
        page = WithdrawPage(
            study_slug=slug,
            study_title=participant.study.title,
            votes=votes,
            wording=_wording(request, participant.study, participant.annotator),
        )
    return context_of(request).pages.answer("invitations/withdraw.html", page)


@router.post("/studies/{slug}/withdraw")
def leave(slug: SlugPath, request: Request) -> Response:
    with context_of(request).database.write() as session:
        participant = find_participant(
            session, cookie=annotator_cookie_of(request), study_slug=slug, now=utc_now(), for_change=True
        )
        study = participant.study
        allow_frame(request, study)
        votes = withdraw_annotator(session, annotator=participant.annotator, study=study, now=utc_now())
        page = WithdrawPage(
            study_slug=slug,
            study_title=study.title,
            votes=votes,
            wording=_wording(request, study, participant.annotator),
        )
    return context_of(request).pages.answer("invitations/withdrawn.html", page)


def _wording(request: Request, study: Study, annotator: Annotator | None) -> StudyWording:
    accepted = request.headers.get("accept-language", "")
    return study_wording(study, annotator=annotator, accept_language=accepted)
