"""REST route that returns annotators' answers in the phases of a study, such as consent and quiz."""

from fastapi import Request

from app.api.v1.error_responses import errors
from app.api.v1.json_router import api_router
from app.dependencies import context_of, require_own_study
from app.phases.queries import phase_answers
from app.security.path_params import SlugPath
from benchmark.wire.phases import PhaseAnswersResponse

router = api_router("phases")


@router.get("/studies/{slug}/answers", responses=errors("404 not_found"))
def get_answers(slug: SlugPath, request: Request) -> PhaseAnswersResponse:
    """Return the consents, quiz results, questionnaire answers and comments of your study's annotators."""
    with context_of(request).database.read() as session:
        study, _ = require_own_study(session, request, slug)
        return PhaseAnswersResponse(answers=phase_answers(session, study))
