"""Route of the settings page."""

from fastapi import APIRouter, Request, Response

from app.clock import utc_now
from app.dependencies import context_of, page_response, require_person
from app.installation.view_builder import settings_page
from benchmark.protocol import Role

router = APIRouter(include_in_schema=False)


@router.get("/settings")
def settings(request: Request) -> Response:
    """Show the person's own account; for admins, also show the settings and the state of the service."""
    context, now = context_of(request), utc_now()
    with context.database.read() as session:
        principal = require_person(session, request, Role.RESEARCHER, Role.VIEWER, now=now)
        page = settings_page(session, context, principal, now=now)
    return page_response(request, "installation/settings.html", page)
