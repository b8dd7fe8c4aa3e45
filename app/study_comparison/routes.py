"""Route of the page that compares two studies."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy.orm import Session

from app.clock import utc_now
from app.dependencies import context_of, optional_person, page_response, require_person, require_reader
from app.errors import Invalid
from app.study_comparison.service import find_comparison
from app.study_comparison.view_builder import comparison_part, study_choices
from app.study_comparison.view_models import ComparePage, ComparisonPart
from benchmark.protocol import Role
from benchmark.wire.common import SLUG

router = APIRouter(include_in_schema=False)
SlugQuery = Annotated[str, Query(pattern=f"^$|{SLUG}")]


@router.get("/compare")
def compare(request: Request, first: SlugQuery = "", second: SlugQuery = "") -> Response:
    """Show the form that chooses two studies; if two studies are chosen, also show their comparison."""
    with context_of(request).database.read() as session:
        if not first or not second:
            require_person(session, request, Role.RESEARCHER, Role.VIEWER, now=utc_now())
        person = optional_person(session, request)
        choices = study_choices(session, person) if person else ()
        part: ComparisonPart | None = None
        problem = ""
        try:
            part = _comparison(session, request, first, second) if first and second else None
        except Invalid as refusal:
            problem = refusal.message
        page = ComparePage(choices, first, second, part, problem)
    return page_response(request, "results/compare.html", page, status=422 if problem else 200)


def _comparison(session: Session, request: Request, first: str, second: str) -> ComparisonPart:
    now = utc_now()
    readers = (
        require_reader(session, request, first, now=now),
        require_reader(session, request, second, now=now),
    )
    compared = find_comparison(session, first=first, second=second, principals=readers)
    return comparison_part(session, compared)
