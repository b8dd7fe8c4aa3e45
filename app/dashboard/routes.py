"""Routes of a study's dashboard, and of the parts that the browser requests separately."""

from fastapi import APIRouter, Request, Response

from app.authenticated_route import AuthenticatedRoute
from app.clock import utc_now
from app.dashboard.view_builder import dashboard_page, flag_count, flags_part, live_part
from app.dependencies import context_of, page_response, require_own_study
from app.security.path_params import SlugPath

router = APIRouter(include_in_schema=False, route_class=AuthenticatedRoute)


@router.get("/studies/{slug}/dashboard")
def show_dashboard(slug: SlugPath, request: Request) -> Response:
    """Show a study to its owner: progress, annotators, reports of clips, protocol versions, audit log."""
    with context_of(request).database.read() as session:
        study, principal = require_own_study(session, request, slug)
        page = dashboard_page(session, study, principal, now=utc_now())
    return page_response(request, "dashboard/dashboard.html", page)


@router.get("/studies/{slug}/dashboard/live")
def show_live_part(slug: SlugPath, request: Request) -> Response:
    """Return the part of the dashboard that changes with every vote."""
    context = context_of(request)
    with context.database.read() as session:
        study, _ = require_own_study(session, request, slug)
        part = live_part(session, study, now=utc_now())
    return context.pages.answer("dashboard/_live.html", part)


@router.get("/studies/{slug}/dashboard/flags")
def show_flags(slug: SlugPath, request: Request) -> Response:
    """Return the flagged annotators, and the matchups that depend on one annotator."""
    context = context_of(request)
    with context.database.read() as session:
        study, _ = require_own_study(session, request, slug)
        part = flags_part(session, study)
    return context.pages.answer("dashboard/_flags.html", part)


@router.get("/studies/{slug}/dashboard/flag-count")
def show_flag_count(slug: SlugPath, request: Request) -> Response:
    """Return the numbers of flagged annotators and of reported comparisons, for the home page."""
    context = context_of(request)
    with context.database.read() as session:
        study, _ = require_own_study(session, request, slug)
        part = flag_count(session, study)
    return context.pages.answer("dashboard/_flag_count.html", part)
