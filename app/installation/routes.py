"""Route of the settings page."""

from fastapi import APIRouter, Request, Response

from app.clock import utc_now
from app.dependencies import context_of, page_response, require_person
from app.installation.queries import count_online_workers
from app.installation.view_builder import account_view, service_view
from app.installation.view_models import SettingsPage
from benchmark.protocol import Role, Scope

router = APIRouter(include_in_schema=False)


@router.get("/settings")
def settings(request: Request) -> Response:
    """Show the person's own account; for admins, also show the settings and the state of the service."""
    context, now = context_of(request), utc_now()
    with context.database.read() as session:
        principal = require_person(session, request, Role.RESEARCHER, Role.VIEWER, now=now)
        account = account_view(session, context.settings, principal, now=now)
        online_workers = count_online_workers(session, context, now=now)
    is_admin = principal.is_admin and principal.may(Scope.ADMIN)
    service = service_view(context, online_workers=online_workers, now=now) if is_admin else None
    return page_response(request, "installation/settings.html", SettingsPage(account, service))
