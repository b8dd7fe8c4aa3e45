"""REST route that returns the report of a study."""

from fastapi import Request, Response
from starlette.responses import StreamingResponse

from app.api.v1.error_responses import errors
from app.api.v1.json_router import api_router
from app.capacity import RequestClass
from app.clock import utc_now
from app.dependencies import context_of, require_reader
from app.results.report.writer import zipped_report
from app.security.path_params import SlugPath

router = api_router("results", RequestClass.REPORTS)


@router.get(
    "/studies/{slug}/report.zip",
    response_class=Response,
    responses=errors("404 not_found", "409 study_not_open no_votes"),
)
def report(slug: SlugPath, request: Request) -> Response:
    """Return a study's protocol, hashes, votes, tables and figures as one ZIP file.

    docs/report.md explains each file.
    """
    database = context_of(request).database
    with database.read() as session:
        principal = require_reader(session, request, slug, now=utc_now())
    pieces = zipped_report(database, slug=slug, principal=principal)
    stream = context_of(request).capacities.of(RequestClass.REPORTS).stream(pieces)
    headers = {"Content-Disposition": f'attachment; filename="{slug}.zip"', "Cache-Control": "no-store"}
    return StreamingResponse(stream, media_type="application/zip", headers=headers)
