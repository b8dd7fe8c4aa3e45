"""REST routes that return a study's dashboard, and the history of each annotator of the study."""

from fastapi import Request

from app.annotators.service import find_annotator
from app.api.v1.error_responses import errors
from app.api.v1.json_router import api_router
from app.api.v1.list_parameters import ListQuery
from app.clock import utc_now
from app.dashboard.history import HISTORY, annotator_history
from app.dashboard.queries import dashboard
from app.dependencies import context_of, require_own_study
from app.security.path_params import PseudonymPath, SlugPath
from benchmark.wire.dashboard import DashboardResponse, HistoryResponse

router = api_router("studies")


@router.get("/studies/{slug}/dashboard", responses=errors("404 not_found"))
def get_dashboard(slug: SlugPath, request: Request) -> DashboardResponse:
    """Return the progress, votes per hour, active annotators and reported clips of your own study."""
    with context_of(request).database.read() as session:
        study, _ = require_own_study(session, request, slug)
        return dashboard(session, study, now=utc_now())


@router.get(
    "/studies/{slug}/annotators/{annotator}/history",
    responses=errors("404 not_found unknown_annotator", "422 invalid_cursor"),
)
def get_history(
    slug: SlugPath, annotator: PseudonymPath, request: Request, listing: ListQuery
) -> HistoryResponse:
    """Return every comparison that an annotator got, newest first, each with the annotator's answer."""
    page = listing.page_of(HISTORY)
    with context_of(request).database.read() as session:
        study, _ = require_own_study(session, request, slug)
        found = find_annotator(session, study=study, pseudonym=annotator)
        return annotator_history(session, study, found, page)
