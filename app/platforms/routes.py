"""Route of the link by which participants of a crowd platform join a study."""

from dataclasses import dataclass
from datetime import datetime

from fastapi import APIRouter, Request, Response
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse

from app.clock import utc_now
from app.cookies import cookie_of, frame_cookie_of, set_cookie, set_frame_cookie
from app.dependencies import allow_frame, context_of
from app.errors import AppError, Invalid, NotFound, Unavailable
from app.panels.phases import study_phases
from app.panels.study_texts import study_wording
from app.platforms import sessions
from app.platforms.exits import study_exit
from app.platforms.handover import handover_token
from app.platforms.links import MTURK_PREVIEW, ExternalIds, parse_link
from app.platforms.poll import queue_poll
from app.platforms.service import study_platform
from app.platforms.signed_links import TOKEN_PARAMETER, SignedLink, parse_signed_link
from app.platforms.view_models import JoinPage, JoinProblem
from app.security.browsers import open_browser
from app.security.participants import lock_study
from app.security.path_params import SlugPath
from app.tables.people import Annotator
from app.tables.studies import Study
from benchmark.protocol import Outcome, PlatformKind, StudyStatus
from benchmark.wire.platforms import Platform

router = APIRouter(include_in_schema=False)
# With these problems, a participant cannot start but gets the completion code for a full study.
_WITH_CODE = (JoinProblem.FULL, JoinProblem.CLOSED, JoinProblem.TOOK_PART)


@router.get("/studies/{slug}/join")
def join(slug: SlugPath, request: Request) -> Response:
    """Connect this browser with the participant's annotator, and redirect to an address without ids."""
    context = context_of(request)
    with context.database.read() as session:
        study, platform = _find_study(session, slug)
        allow_frame(request, study)
        if _is_preview(platform, request):
            return _answer(request, study, JoinProblem.PREVIEW)
    now, place = utc_now(), _place(request, study)
    try:
        # The keys of the platform may have to be fetched, so no transaction is open.
        signed, ids = _read_link(request, platform, slug, now)
        with context.database.write() as session:
            study = lock_study(session, study.id)
            problem = _problem(session, study, platform, ids)
            if problem is not None:
                return _answer(request, study, problem, ids=ids)
            cookie = cookie_of(request) if place.may_be_page else frame_cookie_of(request)
            browser = open_browser(session, cookie=cookie, now=now, days=context.settings.session_days)
            if signed is not None:
                sessions.use_token(
                    session,
                    study=study,
                    token=request.query_params[TOKEN_PARAMETER],
                    browser=browser.row,
                    expires_at=signed.expires_at,
                    now=now,
                )
            assert platform.kind is not None
            annotator = sessions.join_study(
                session, study=study, kind=platform.kind, ids=ids, browser=browser.row, now=now
            )
            queue_poll(session, study=study, platform=platform, settings=context.settings, now=now)
    except (Invalid, Unavailable) as refusal:
        return _answer(request, study, JoinProblem.BAD_LINK, refusal=refusal)
    return _enter(request, study, annotator, browser.cookie, place)


@dataclass(frozen=True)
class _Place:
    """Where the browser shows the response: in a frame or as a page.

    If the browser does not state where it shows the response, both fields are true.
    """

    may_be_frame: bool
    may_be_page: bool


def _place(request: Request, study: Study) -> _Place:
    target = request.headers.get("sec-fetch-dest")
    is_frame = study.may_be_framed and target in ("iframe", "frame")
    return _Place(is_frame or (study.may_be_framed and target is None), not is_frame)


def _enter(request: Request, study: Study, annotator: Annotator, cookie: str, place: _Place) -> Response:
    """Redirect to the study. In a frame, the next page checks whether the browser kept the cookie."""
    context = context_of(request)
    url = f"/studies/{study.slug}/phases"
    if place.may_be_frame:
        key = context.settings.signing_key
        token = handover_token(key, annotator_id=annotator.id, now=utc_now())
        url = f"/studies/{study.slug}/frame/{token}"
    redirect = RedirectResponse(url, status_code=303)
    if place.may_be_page:
        set_cookie(redirect, cookie, context)
    if place.may_be_frame:
        set_frame_cookie(redirect, cookie, context)
    return redirect


def _find_study(session: Session, slug: str) -> tuple[Study, Platform]:
    study = session.scalar(select(Study).where(Study.slug == slug))
    platform = study_platform(study) if study is not None else None
    if study is None or platform is None or platform.kind is None:
        raise NotFound("There is no study at this address. Check that you copied the whole link.")
    return study, platform


def _is_preview(platform: Platform, request: Request) -> bool:
    is_preview = request.query_params.get("assignmentId") == MTURK_PREVIEW
    return platform.kind is PlatformKind.MTURK and is_preview


def _read_link(
    request: Request, platform: Platform, slug: str, now: datetime
) -> tuple[SignedLink | None, ExternalIds]:
    context = context_of(request)
    if platform.kind is not PlatformKind.PROLIFIC or not platform.signed_links:
        return None, parse_link(platform, request.query_params)
    signed = parse_signed_link(
        platform,
        request.query_params,
        keys=context.prolific_keys,
        study_url=f"{context.settings.effective_public_url}/studies/{slug}/join",
        now=now,
    )
    return signed, signed.ids


def _problem(session: Session, study: Study, platform: Platform, ids: ExternalIds) -> JoinProblem | None:
    """Return why a participant cannot start; None if the participant can start or has joined before."""
    if sessions.find_session(session, study=study, participant=ids.participant) is not None:
        return None
    if study.status in (StudyStatus.DRAFT, StudyStatus.PAUSED):
        return JoinProblem.NOT_OPEN
    if study.status is StudyStatus.CLOSED:
        return JoinProblem.CLOSED
    if not sessions.has_room(study):
        return JoinProblem.FULL
    if sessions.took_part(session, study=study, platform=platform, participant=ids.participant):
        return JoinProblem.TOOK_PART
    return None


def _answer(
    request: Request,
    study: Study,
    problem: JoinProblem,
    *,
    ids: ExternalIds | None = None,
    refusal: AppError | None = None,
) -> Response:
    phases = study_phases(study)
    exit = study_exit(study, Outcome.FULL, ids) if problem in _WITH_CODE else None
    page = JoinPage(
        study_title=study.title,
        problem=problem,
        message=refusal.message if refusal else "",
        wording=study_wording(study, accept_language=request.headers.get("accept-language", "")),
        code=exit.code if exit else "",
        return_url=exit.url if exit else "",
        contact=phases.contact if phases else "",
    )
    status = refusal.status if refusal else 200
    return context_of(request).pages.answer("platforms/join.html", page, status=status)
