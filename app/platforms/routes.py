"""Route of the link by which participants of a crowd platform join a study."""

from fastapi import APIRouter, Request, Response
from sqlalchemy import select
from starlette.responses import RedirectResponse

from app.clock import utc_now
from app.dependencies import context_of, cookie_of, set_cookie
from app.errors import Invalid, NotFound
from app.panels.phases import study_phases
from app.platforms import sessions
from app.platforms.exits import study_exit
from app.platforms.service import study_platform
from app.platforms.view_models import JoinPage, JoinProblem
from app.security.browsers import open_browser
from app.security.participants import lock_study
from app.security.path_params import SlugPath
from app.tables.studies import Study
from benchmark.protocol import Outcome, PlatformKind, StudyStatus

router = APIRouter(include_in_schema=False)


@router.get("/studies/{slug}/join")
def join(slug: SlugPath, request: Request) -> Response:
    """Connect this browser with the participant's annotator, and redirect to an address without ids."""
    context = context_of(request)
    with context.database.write() as session:
        found = session.scalar(select(Study).where(Study.slug == slug))
        platform = study_platform(found) if found is not None else None
        if found is None or platform is None or platform.kind is None:
            raise NotFound("There is no study at this address. Check that you copied the whole link.")
        study, now = lock_study(session, found.id), utc_now()
        if _is_preview(platform.kind, request):
            return _answer(request, study, JoinProblem.PREVIEW)
        try:
            ids = sessions.parse_link(platform, request.query_params)
        except Invalid as refusal:
            return _answer(request, study, JoinProblem.BAD_LINK, message=refusal.message, status=422)
        is_known = sessions.find_session(session, study=study, participant=ids.participant) is not None
        if not is_known and study.status in (StudyStatus.DRAFT, StudyStatus.PAUSED):
            return _answer(request, study, JoinProblem.NOT_OPEN)
        if not is_known and not sessions.has_room(study):
            return _answer(request, study, JoinProblem.FULL)
        browser = open_browser(
            session, cookie=cookie_of(request), now=now, days=context.settings.session_days
        )
        sessions.join_study(session, study=study, kind=platform.kind, ids=ids, browser=browser.row, now=now)
    redirect = RedirectResponse(f"/studies/{slug}/phases", status_code=303)
    set_cookie(redirect, browser.cookie, context)
    return redirect


def _is_preview(kind: PlatformKind, request: Request) -> bool:
    is_preview = request.query_params.get("assignmentId") == sessions.MTURK_PREVIEW
    return kind is PlatformKind.MTURK and is_preview


def _answer(
    request: Request, study: Study, problem: JoinProblem, *, message: str = "", status: int = 200
) -> Response:
    phases = study_phases(study)
    exit = study_exit(study, Outcome.FULL) if problem is JoinProblem.FULL else None
    page = JoinPage(
        study_title=study.title,
        problem=problem,
        message=message,
        language=study.language,
        code=exit.code if exit else "",
        return_url=exit.url if exit else "",
        contact=phases.contact if phases else "",
    )
    return context_of(request).pages.answer("platforms/join.html", page, status=status)
