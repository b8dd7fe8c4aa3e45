"""Finds the annotator who sent a request, and shows the annotator's current phase of the study."""

from collections.abc import Callable

from fastapi import Request, Response
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse

from app.clock import utc_now
from app.cookies import annotator_cookie_of
from app.dependencies import allow_frame, context_of
from app.errors import Conflict, NotFound
from app.panels.phases import study_phases
from app.panels.study_texts import study_wording
from app.phases import service
from app.phases.view_builder import PhaseVisit
from app.phases.view_models import PhasePage
from app.security.participants import find_participant
from benchmark.protocol import Phase, StudyStatus


def find_visit(session: Session, request: Request, slug: str) -> PhaseVisit:
    """Lock the study and return the annotator's visit.

    Raises:
        NotFound: the study has no phases.
        Conflict: the study is a draft or paused.
    """
    participant = find_participant(
        session, cookie=annotator_cookie_of(request), study_slug=slug, now=utc_now(), for_change=True
    )
    study = participant.study
    allow_frame(request, study)
    phases = study_phases(study)
    if phases is None:
        raise NotFound("This study has only comparisons. Open your invitation link again.")
    if study.status is StudyStatus.DRAFT:
        raise Conflict("This study has not started yet. Your link stays valid.", code="study_not_open")
    progress = service.current_progress(
        session, study=study, phases=phases, annotator=participant.annotator, now=utc_now()
    )
    wording = study_wording(
        study,
        annotator=participant.annotator,
        accept_language=request.headers.get("accept-language", ""),
    )
    return PhaseVisit(session, study, phases, participant.annotator, progress, wording)


def due_url(visit: PhaseVisit) -> str:
    base = f"/studies/{visit.study.slug}"
    if visit.progress.outcome is not None:
        return f"{base}/phases/finish"
    # While the study is paused, send the annotator to the voting page, which says so.
    is_paused = visit.study.status is StudyStatus.PAUSED and visit.progress.due is not Phase.QUESTIONNAIRE
    if is_paused or visit.progress.due is Phase.VOTING:
        return f"{base}/vote"
    return f"{base}/phases/{visit.progress.due}"


_TEMPLATES = {
    Phase.CONSENT: "phases/consent.html",
    Phase.INSTRUCTIONS: "phases/instructions.html",
    Phase.QUIZ: "phases/question.html",
    Phase.QUESTIONNAIRE: "phases/questionnaire.html",
}


def show_phase(
    request: Request,
    slug: str,
    phase: Phase,
    build: Callable[[PhaseVisit], PhasePage],
    *,
    again: bool = False,
    status: int = 200,
) -> Response:
    """Show a phase if it is the annotator's current phase; otherwise redirect to the current phase.

    Args:
        again: whether an annotator who has ended the phase may read the page again.
    """
    context = context_of(request)
    with context.database.write() as session:
        visit = find_visit(session, request, slug)
        is_past = phase in visit.progress.ended
        url = due_url(visit)
        if not url.endswith(f"/{phase}") and not (again and is_past):
            return RedirectResponse(url, status_code=303)
        page = build(visit)
    return context.pages.answer(_TEMPLATES[phase], page, status=status)


def next_page(slug: str) -> Response:
    """Redirect to the annotator's current phase."""
    return RedirectResponse(f"/studies/{slug}/phases", status_code=303)
