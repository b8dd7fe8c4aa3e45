"""Results over REST: the preferences of a study, and every table in every format."""

from fastapi import APIRouter, Request

from app.api.v1.schemas import Answer, SlugPath
from app.clock import utc_now
from app.results.service import find_results
from app.security.asking import installation_of, require_person
from benchmark.protocol import Role, StudyStatus

router = APIRouter(tags=["results"])


class ResultsAnswer(Answer):
    """`preferences` has one object a matchup; its keys are the columns of docs/tables.md."""

    study: str
    status: StudyStatus
    interim: bool
    votes_per_comparison: int
    preferences: list[dict[str, str | int | float | None]]


@router.get("/studies/{slug}/results")
def get_results(slug: SlugPath, request: Request) -> ResultsAnswer:
    """Return scores and rates; of a running study to its researchers only, without p-values."""
    with installation_of(request).database.read() as session:
        principal = require_person(session, request, Role.RESEARCHER, Role.VIEWER, now=utc_now())
        results = find_results(session, slug=slug, principal=principal)
        return ResultsAnswer(
            study=slug,
            status=results.study.status,
            interim=results.is_interim,
            votes_per_comparison=results.study.votes_per_comparison,
            preferences=[vars(row) for row in results.rows],
        )
