"""Routes of the form that creates a study. Only researchers and admins can open the form."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Request, Response
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse

from app.authenticated_route import AuthenticatedRoute
from app.benchmarks.service import newest_benchmarks
from app.clock import utc_now
from app.dependencies import context_of, page_response, require_person
from app.errors import Conflict, Invalid, InvalidFields, NotFound
from app.security.identity import Principal
from app.studies import service
from app.studies.estimate import estimate_study
from app.studies.form_view_models import BenchmarkChoice, EstimatePart, NewStudyPage
from app.studies.forms import Comparisons, StudyFields, parse_study_form
from app.studies.sides import pairs_of_sides, side_choices
from app.tables.bench import Benchmark
from benchmark.protocol import RenditionRecipe, Role, Scope

router = APIRouter(include_in_schema=False, route_class=AuthenticatedRoute)
Text = Annotated[str, Form()]


def study_fields(
    benchmark: Text = "",
    title: Text = "",
    slug: Text = "",
    sides: Annotated[list[str] | None, Form()] = None,
    comparisons: Text = Comparisons.REFERENCE,
    reference: Text = "",
    votes_per_comparison: Text = "",
    comparisons_per_annotator: Text = "",
    gold: Text = "",
    renditions: Text = RenditionRecipe.REMUX,
    require_justification: Text = "",
    instructions: Text = "",
) -> StudyFields:
    """Return the submitted fields of the form. A browser omits a checkbox that is not ticked."""
    return StudyFields(
        benchmark=benchmark,
        title=title,
        slug=slug,
        sides=tuple(dict.fromkeys(sides or ())),
        comparisons=comparisons,
        reference=reference,
        votes_per_comparison=votes_per_comparison,
        comparisons_per_annotator=comparisons_per_annotator,
        gold=gold,
        renditions=renditions,
        require_justification=bool(require_justification),
        instructions=instructions,
    )


Fields = Annotated[StudyFields, Depends(study_fields)]


@router.get("/studies/new")
def new_study(request: Request, benchmark: Annotated[str, Query(max_length=64)] = "") -> Response:
    """Show the empty form, with the models of a benchmark."""
    with context_of(request).database.read() as session:
        page = _page(session, _researcher(session, request), StudyFields(benchmark=benchmark))
    return page_response(request, "studies/new.html", page)


@router.post("/studies/new/estimate")
def estimate(request: Request, fields: Fields) -> Response:
    """Return the estimate for the submitted fields. The form requests the estimate after each change."""
    with context_of(request).database.read() as session:
        principal = _researcher(session, request)
        page = _page(session, principal, fields)
    return context_of(request).pages.answer("studies/_estimate.html", page.part)


@router.post("/studies/new")
def create_study(request: Request, fields: Fields) -> Response:
    """Create the draft of a study. After an error, show the form with the submitted values."""
    context = context_of(request)
    try:
        with context.database.write() as session:
            principal = _researcher(session, request)
            wanted = parse_study_form(fields)
            service.create_study(session, request=wanted, principal=principal, now=utc_now())
    except (Invalid, Conflict, NotFound) as refusal:
        problems = refusal.fields if isinstance(refusal, InvalidFields) else {}
        if refusal.code == "study_exists":
            problems = {"slug": "Another study has this slug. Choose another one."}
        with context.database.read() as session:
            page = _page(
                session, _researcher(session, request), fields, problem=refusal.message, problems=problems
            )
        return page_response(request, "studies/new.html", page, status=refusal.status)
    return RedirectResponse("/", status_code=303)


def _researcher(session: Session, request: Request) -> Principal:
    return require_person(session, request, Role.RESEARCHER, scope=Scope.STUDY, now=utc_now())


def _page(
    session: Session,
    principal: Principal,
    fields: StudyFields,
    *,
    problem: str = "",
    problems: dict[str, str] | None = None,
) -> NewStudyPage:
    benchmarks = newest_benchmarks(session, principal=principal)
    chosen = _chosen(benchmarks, fields.benchmark)
    sides = side_choices(session, chosen, principal) if chosen else ()
    visible = {side.public_id for side in sides}
    fields = fields.on(chosen.slug if chosen else "", visible)
    return NewStudyPage(
        benchmarks=tuple(BenchmarkChoice(each.slug, each.title) for each in benchmarks),
        sides=sides,
        fields=fields,
        part=_estimate(session, fields),
        problem=problem,
        problems=problems,
    )


def _chosen(benchmarks: Sequence[Benchmark], slug: str) -> Benchmark | None:
    return next((each for each in benchmarks if each.slug == slug), benchmarks[0] if benchmarks else None)


def _estimate(session: Session, fields: StudyFields) -> EstimatePart:
    counts = fields.counts
    if counts is None:
        return EstimatePart(None)
    votes, shown = counts
    pairs = pairs_of_sides(session, fields.sides)
    return EstimatePart(
        estimate_study(fields.matchups, pairs, votes_per_comparison=votes, comparisons_per_annotator=shown)
    )
