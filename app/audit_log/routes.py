"""Route of the page with the audit log, for researchers and admins."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from app.audit_chain import chain_head
from app.audit_log.event_details import details_text
from app.audit_log.queries import AuditFilter, numbered_page
from app.audit_log.view_models import AuditFields, AuditPage, AuditRow
from app.clock import utc_now
from app.dependencies import context_of, page_response, require_person
from app.pager import Pager, page_count
from app.tables.audit import AuditEvent
from benchmark.protocol import Role

router = APIRouter(include_in_schema=False)
PER_PAGE = 50
Text = Annotated[str, Query(max_length=200)]


@router.get("/audit")
def audit_log(
    request: Request,
    actor: Text = "",
    action: Text = "",
    subject: Text = "",
    page: Annotated[int, Query(ge=1, le=10**6)] = 1,
) -> Response:
    """Show who changed what, and when. The newest event is first."""
    fields = AuditFields(actor.strip(), action.strip(), subject.strip())
    wanted = AuditFilter(fields.actor or None, fields.action or None, fields.subject or None)
    with context_of(request).database.read() as session:
        principal = require_person(session, request, Role.RESEARCHER, now=utc_now())
        events, total = numbered_page(session, principal, wanted, number=page, per_page=PER_PAGE)
        rows = tuple(_row(event) for event in events)
        head = chain_head(session).hash if principal.role is Role.ADMIN else None
    query = (("actor", fields.actor), ("action", fields.action), ("subject", fields.subject))
    view = AuditPage(
        rows=rows,
        total=total,
        pager=Pager(page, page_count(total, PER_PAGE), "/audit", query, "events"),
        fields=fields,
        sees_all=principal.role is Role.ADMIN,
        head=head,
    )
    return page_response(request, "audit_log/audit_log.html", view)


def _row(event: AuditEvent) -> AuditRow:
    return AuditRow(
        when=f"{event.at:%Y-%m-%d %H:%M} UTC",
        actor=event.actor,
        action=event.action,
        subject=event.subject,
        details=details_text(event.details),
    )
