"""Route of the page that lists the annotators in all of a person's studies."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from app.annotators.overview_queries import overview_rows
from app.annotators.overview_view_models import OverviewPage
from app.clock import utc_now
from app.dependencies import context_of, page_response, require_person
from app.pager import Pager, page_count
from benchmark.protocol import Role

router = APIRouter(include_in_schema=False)
PER_PAGE = 50


@router.get("/annotators")
def annotators_of_all_studies(
    request: Request,
    text: Annotated[str, Query(max_length=200)] = "",
    page: Annotated[int, Query(ge=1, le=10**6)] = 1,
) -> Response:
    """Show the annotators of a person's own studies, newest first.

    An admin sees the annotators of all studies.
    """
    text = text.strip()
    with context_of(request).database.read() as session:
        principal = require_person(session, request, Role.RESEARCHER, now=utc_now())
        rows, total = overview_rows(session, principal, text=text, page=page, per_page=PER_PAGE)
    pager = Pager(page, page_count(total, PER_PAGE), "/annotators", (("text", text),), "annotators")
    view = OverviewPage(rows, total, text, pager, sees_all=principal.is_admin)
    return page_response(request, "annotators/overview.html", view)
