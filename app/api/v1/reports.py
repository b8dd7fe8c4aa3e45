"""REST route that returns the report of a study."""

from collections.abc import Mapping
from functools import partial
from typing import BinaryIO

from fastapi import Request, Response
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from app.api.v1.error_responses import errors
from app.api.v1.json_router import api_router
from app.capacity import Capacity, RequestClass
from app.clock import utc_now
from app.dependencies import context_of, require_reader
from app.results.report.writer import CHUNK_BYTES, zipped_report
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
    archive = zipped_report(database, slug=slug, principal=principal)
    headers = {"Content-Disposition": f'attachment; filename="{slug}.zip"', "Cache-Control": "no-store"}
    return _ArchiveResponse(archive, context_of(request).capacities.of(RequestClass.REPORTS), headers)


class _ArchiveResponse(StreamingResponse):
    """Streams an open file, and closes the file even if the client ends the download."""

    def __init__(self, archive: BinaryIO, capacity: Capacity, headers: Mapping[str, str]) -> None:
        chunks = iter(partial(archive.read, CHUNK_BYTES), b"")
        super().__init__(capacity.stream(chunks), media_type="application/zip", headers=headers)
        self._archive = archive

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._archive.close()
