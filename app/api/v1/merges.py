"""REST route that merges a study with a report of another server, as a background task."""

from typing import Annotated

from fastapi import Query, Request, Response
from starlette.concurrency import run_in_threadpool

from app.api.v1.error_responses import errors
from app.api.v1.imports import BINARY, ZIP, TitleQuery, accepted
from app.api.v1.json_router import api_router
from app.clock import utc_now
from app.dependencies import context_of, require_own_study
from app.errors import WrongMediaType
from app.request_body import media_type
from app.security.identity import Principal
from app.security.path_params import SlugPath
from app.stored_uploads import require_zip, stored_upload
from app.vote_merge.requests import MergeToQueue, queue_merge
from benchmark.wire.common import SLUG
from benchmark.wire.tasks import TaskResponse

router = api_router("imports")


@router.post(
    "/studies/{slug}/merge",
    status_code=202,
    response_model=TaskResponse,
    openapi_extra={"requestBody": {"required": True, "content": {ZIP: BINARY}}},
    responses=errors(
        "404 not_found",
        "409 import_running",
        "422 not_zip bad_digest wrong_digest",
        "429 too_many_uploads upload_quota_exceeded",
    ),
)
async def merge_report(
    slug: SlugPath,
    request: Request,
    study: Annotated[str, Query(pattern=SLUG)],
    title: TitleQuery = "",
    dry_run: bool = False,
) -> Response:
    """Start a task that merges a closed study with a report of another server into a new closed study.

    `study` is the slug of the new study.

    The body is the ZIP file of the report, as another server returned it. If `dry_run` is true, the task only
    checks the report and stores nothing.
    """
    principal = await run_in_threadpool(_owner, request, slug)
    if media_type(request.headers) != ZIP:
        raise WrongMediaType(f"Send the ZIP file of a report as {ZIP}.")
    async with stored_upload(request, principal, check=require_zip) as upload:
        wanted = MergeToQueue(slug, study, title, dry_run, upload.key)
        answer = await run_in_threadpool(_queue, request, wanted, principal)
        upload.is_kept = True
        return answer


def _owner(request: Request, slug: str) -> Principal:
    with context_of(request).database.read() as session:
        return require_own_study(session, request, slug)[1]


def _queue(request: Request, wanted: MergeToQueue, principal: Principal) -> Response:
    with context_of(request).database.write() as session:
        return accepted(queue_merge(session, wanted=wanted, principal=principal, now=utc_now()))
