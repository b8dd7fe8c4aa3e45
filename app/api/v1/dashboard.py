"""REST route of the dashboard of a study."""

from fastapi import Request

from app.api.v1.error_responses import errors
from app.api.v1.json_router import api_router
from app.clock import utc_now
from app.dashboard.queries import dashboard
from app.dependencies import context_of, require_own_study
from app.security.path_params import SlugPath
from benchmark.wire.dashboard import DashboardResponse

router = api_router("studies")


@router.get("/studies/{slug}/dashboard", responses=errors("404 not_found"))
def get_dashboard(slug: SlugPath, request: Request) -> DashboardResponse:
    """Return progress, votes per hour, active annotators and reported clips of a study, for its owner."""
    with context_of(request).database.read() as session:
        study, _ = require_own_study(session, request, slug)
        return dashboard(session, study, now=utc_now())
