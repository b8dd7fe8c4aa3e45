"""REST routes that return a study's results, and each of its tables in any format."""

from typing import Annotated

from fastapi import Query, Request, Response
from starlette.responses import StreamingResponse

from app.api.v1.error_responses import errors
from app.api.v1.json_router import api_router
from app.capacity import RequestClass
from app.clock import utc_now
from app.dependencies import context_of, require_own_study, require_reader
from app.results.exports import export_table
from app.results.live.recount import recount
from app.results.service import find_results, results_response
from app.security.path_params import SlugPath
from benchmark.exports.tables import EXTENSIONS, MEDIA_TYPES
from benchmark.protocol import NameStyle, TableFormat, TableName
from benchmark.wire.results import ResultsResponse
from benchmark.wire.studies import CheckResponse

router = api_router("results", RequestClass.REPORTS)


@router.get("/studies/{slug}/results", responses=errors("404 not_found"))
def get_results(slug: SlugPath, request: Request) -> ResultsResponse:
    """Return scores and rates of a study.

    While the study runs, only its owner and admins get the results, and the results contain no p-values.
    """
    with context_of(request).database.read() as session:
        principal = require_reader(session, request, slug, now=utc_now())
        results = find_results(session, slug=slug, principal=principal)
        return results_response(results)


@router.get("/studies/{slug}/check", responses=errors("404 not_found"))
def check(slug: SlugPath, request: Request) -> CheckResponse:
    """Recount the votes and return every stored counter that differs from the recount."""
    with context_of(request).database.read() as session:
        study, _ = require_own_study(session, request, slug)
        return CheckResponse(differences=recount(session, study))


@router.get(
    "/studies/{slug}/exports/{table}.{file_format}",
    response_class=Response,
    responses=errors("404 not_found", "422 unknown_column unused_layout"),
)
def export(
    slug: SlugPath,
    table: TableName,
    file_format: TableFormat,
    request: Request,
    columns: Annotated[str, Query(max_length=400)] = "",
    names: NameStyle = NameStyle.SLUGS,
) -> Response:
    """Return a table as csv, json, jsonl, parquet, markdown or latex; docs/tables.md names the columns."""
    database = context_of(request).database
    with database.read() as session:
        principal = require_reader(session, request, slug, now=utc_now())
    chunks = export_table(
        database,
        slug=slug,
        principal=principal,
        table=table,
        file_format=file_format,
        columns=columns,
        names=names,
    )
    headers = {
        "Content-Disposition": f'attachment; filename="{slug}-{table}.{EXTENSIONS[file_format]}"',
        "Cache-Control": "no-store",
    }
    stream = context_of(request).capacities.of(RequestClass.REPORTS).stream(iter(chunks))
    return StreamingResponse(stream, media_type=MEDIA_TYPES[file_format], headers=headers)
