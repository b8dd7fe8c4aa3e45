"""REST routes that compare the results of two studies."""

from fastapi import Request, Response
from sqlalchemy.orm import Session
from starlette.responses import StreamingResponse

from app.api.v1.error_responses import errors
from app.api.v1.json_router import api_router
from app.capacity import RequestClass
from app.clock import utc_now
from app.dependencies import context_of, require_reader
from app.security.path_params import SlugPath
from app.study_comparison.response import comparison_response, csv_of
from app.study_comparison.service import ComparedStudies, find_comparison
from benchmark.wire.study_comparison import StudyComparisonResponse

router = api_router("results", RequestClass.REPORTS)
_ERRORS = errors("404 not_found", "422 invalid")


@router.get("/studies/{slug}/compare/{other}", responses=_ERRORS)
def compare_studies(slug: SlugPath, other: SlugPath, request: Request) -> StudyComparisonResponse:
    """Compare the matchups and models that two studies share.

    You must be allowed to see the results of both studies.
    """
    with context_of(request).database.read() as session:
        return comparison_response(_compared(session, request, slug, other))


@router.get("/studies/{slug}/compare/{other}/matchups.csv", response_class=Response, responses=_ERRORS)
def compared_matchups(slug: SlugPath, other: SlugPath, request: Request) -> Response:
    """Return the shared matchups as a CSV table."""
    with context_of(request).database.read() as session:
        chunks = csv_of(_compared(session, request, slug, other))
    headers = {
        "Content-Disposition": f'attachment; filename="{slug}-and-{other}.csv"',
        "Cache-Control": "no-store",
    }
    return StreamingResponse(chunks, media_type="text/csv; charset=utf-8", headers=headers)


def _compared(session: Session, request: Request, slug: str, other: str) -> ComparedStudies:
    now = utc_now()
    readers = (
        require_reader(session, request, slug, now=now),
        require_reader(session, request, other, now=now),
    )
    return find_comparison(session, first=slug, second=other, principals=readers)
