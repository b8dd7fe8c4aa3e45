"""Routes of the page that lists benchmarks and imports a benchmark.

For a ZIP file, the page sends a request to POST /api/v1/benchmarks. For a dataset of the Hugging Face Hub,
the page posts a form to a route of this module.
"""

from typing import Annotated

from fastapi import APIRouter, Form, Query, Request, Response
from starlette.responses import RedirectResponse

from app.authenticated_route import AuthenticatedRoute
from app.benchmark_import.forms import parse_import_form
from app.benchmark_import.service import queue_import
from app.benchmark_import.view_builder import benchmarks_page, import_form
from app.benchmark_import.view_models import ImportFields
from app.clock import utc_now
from app.dependencies import context_of, optional_person, page_response, require_person
from app.errors import Conflict, Invalid, InvalidFields
from benchmark.protocol import Role, Scope

router = APIRouter(include_in_schema=False, route_class=AuthenticatedRoute)
Text = Annotated[str, Form()]


@router.get("/benchmarks")
def benchmarks(request: Request, page: Annotated[int, Query(ge=1, le=10_000)] = 1) -> Response:
    """List the benchmarks that the person sees. A visitor sees public benchmarks."""
    return _page(request, ImportFields(), page=page)


@router.post("/benchmarks")
def import_from_hub(request: Request, slug: Text = "", title: Text = "", source: Text = "") -> Response:
    """Queue the import of a Hugging Face dataset. After an error, show the form with the submitted values."""
    fields = ImportFields(slug.strip(), title.strip(), source.strip())
    try:
        with context_of(request).database.write() as session:
            now = utc_now()
            principal = require_person(session, request, Role.RESEARCHER, scope=Scope.STUDY, now=now)
            wanted = parse_import_form(fields)
            task = queue_import(session, wanted=wanted, principal=principal, now=now)
            address = f"/tasks/{task.id}"
    except (Invalid, Conflict) as refusal:
        return _page(request, fields, refusal=refusal)
    return RedirectResponse(address, status_code=303)


def _page(
    request: Request, fields: ImportFields, *, page: int = 1, refusal: Invalid | Conflict | None = None
) -> Response:
    context = context_of(request)
    with context.database.read() as session:
        principal = optional_person(session, request)
        form = import_form(
            principal,
            fields,
            max_bytes=context.settings.max_import_bytes,
            problem=refusal.message if refusal else "",
            problems=refusal.fields if isinstance(refusal, InvalidFields) else None,
        )
        built = benchmarks_page(session, principal, page=page, form=form)
    status = refusal.status if refusal else 200
    return page_response(request, "benchmarks/benchmarks.html", built, status=status)
