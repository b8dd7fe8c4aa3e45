"""REST routes that list and check the audit log."""

from typing import Annotated

from fastapi import Query, Request

from app.api.v1.error_responses import errors
from app.api.v1.json_router import api_router
from app.api.v1.list_parameters import ListQuery
from app.audit_log.queries import AUDIT_EVENTS, AuditFilter, audit_page, checked_chain
from app.clock import utc_now
from app.dependencies import context_of, require_person
from benchmark.protocol import Role, Scope
from benchmark.wire.audit_log import AuditCheckResponse, AuditEventsResponse

router = api_router("audit events")
Text = Annotated[str | None, Query(min_length=1, max_length=200)]


@router.get("/audit-events", responses=errors("422 invalid_cursor"))
def list_audit_events(
    request: Request, listing: ListQuery, actor: Text = None, action: Text = None, subject: Text = None
) -> AuditEventsResponse:
    """Return the audit log, newest first.

    An admin gets all events. A researcher gets their own actions and the events of their studies,
    submissions, models and benchmarks. `action` is the name of an action, such as `study.open`, or the start
    of a name, such as `study`.
    """
    page = listing.page_of(AUDIT_EVENTS)
    with context_of(request).database.read() as session:
        principal = require_person(session, request, Role.RESEARCHER, now=utc_now())
        return audit_page(session, principal, AuditFilter(actor, action, subject), page)


@router.get("/audit-events/check")
def check_audit_events(
    request: Request, head: Annotated[str | None, Query(pattern="^[0-9a-f]{64}$")] = None
) -> AuditCheckResponse:
    """Compute every hash of the audit log again.

    Only admins may send this request.

    `head` is the last hash that an earlier check returned; the chain must still contain this hash.
    """
    with context_of(request).database.read() as session:
        require_person(session, request, Role.ADMIN, scope=Scope.ADMIN, now=utc_now())
        return checked_chain(session, known_head=head)
