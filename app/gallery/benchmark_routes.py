"""Routes of the page of a benchmark, and of the form that sets its visibility."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from starlette.responses import RedirectResponse

from app.authenticated_route import AuthenticatedRoute
from app.benchmarks.service import find_benchmark
from app.clock import utc_now
from app.dependencies import context_of, optional_person, page_response, require_person
from app.errors import Conflict, Invalid
from app.gallery.view_builder import benchmark_page, visibility_url
from app.security.path_params import SlugPath
from app.sharing.forms import parse_visibility, problem_text
from app.sharing.service import find_own, set_visibility
from app.sharing.view_models import VisibilityForm
from benchmark.protocol import Role, Scope, ShareSubject

router = APIRouter(include_in_schema=False, route_class=AuthenticatedRoute)
Text = Annotated[str, Form()]


@router.get("/benchmarks/{slug}")
def benchmark(slug: SlugPath, request: Request) -> Response:
    """Show a benchmark. Everybody may see a public benchmark."""
    with context_of(request).database.read() as session:
        principal = optional_person(session, request)
        page = benchmark_page(session, find_benchmark(session, slug, principal=principal), principal)
    return page_response(request, "benchmarks/benchmark.html", page)


@router.post("/benchmarks/{slug}/visibility")
def visibility(slug: SlugPath, request: Request, visibility: Text = "", people: Text = "") -> Response:
    """Set the visibility of all versions of a benchmark.

    After an error, show the form with the submitted values.
    """
    context = context_of(request)
    try:
        with context.database.write() as session:
            now = utc_now()
            principal = require_person(session, request, Role.RESEARCHER, scope=Scope.STUDY, now=now)
            own = find_own(session, ShareSubject.BENCHMARK, slug, principal=principal, is_locked=True)
            set_visibility(session, own, parse_visibility(visibility, people), principal=principal, now=now)
    except (Invalid, Conflict) as refusal:
        with context.database.read() as session:
            form = VisibilityForm(visibility_url(slug), visibility, people, problem_text(refusal))
            principal = require_person(session, request, Role.RESEARCHER, now=utc_now())
            found = find_benchmark(session, slug, principal=principal)
            page = benchmark_page(session, found, principal, form=form)
        return page_response(request, "benchmarks/benchmark.html", page, status=refusal.status)
    return RedirectResponse(f"/benchmarks/{slug}#visibility", status_code=303)
