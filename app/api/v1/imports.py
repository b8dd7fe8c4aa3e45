"""REST routes that import a benchmark, or the votes of another study, as a background task."""

from typing import Annotated

from fastapi import Query, Request, Response
from pydantic import ValidationError
from starlette.concurrency import run_in_threadpool

from app.api.v1.error_responses import errors
from app.api.v1.json_router import api_router
from app.benchmark_import.service import (
    BenchmarkToImport,
    check_hub_address,
    queue_import,
    require_free_slug,
)
from app.benchmarks.service import find_benchmark
from app.clock import utc_now
from app.dependencies import context_of, require_person
from app.errors import Invalid, WrongMediaType
from app.request_body import media_type
from app.security.identity import Principal
from app.stored_uploads import require_zip, stored_upload
from app.submissions.streaming import ReceivedFile
from app.tables.tasks import Task
from app.tasks.queries import task_response
from app.vote_import.requests import MAX_TABLE_BYTES, TABLE_SUFFIXES, VotesToImport, queue_votes_import
from benchmark.importers.reader import default_slug
from benchmark.protocol import Role, Scope
from benchmark.votes.imported import Answers
from benchmark.wire.benchmarks import BenchmarkImportRequest
from benchmark.wire.common import SLUG
from benchmark.wire.tasks import TaskResponse

router = api_router("imports")
ZIP, JSON = "application/zip", "application/json"
BINARY = {"schema": {"type": "string", "format": "binary"}}
TitleQuery = Annotated[str, Query(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]
MapQuery = Annotated[list[str], Query(min_length=1, max_length=20, description="COLUMN=SOURCE")]


@router.post(
    "/benchmarks",
    status_code=202,
    response_model=TaskResponse,
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {ZIP: BINARY, JSON: {"schema": BenchmarkImportRequest.model_json_schema()}},
        }
    },
    responses=errors(
        "409 other_owner import_running",
        "422 invalid not_zip bad_digest wrong_digest",
        "429 too_many_uploads upload_quota_exceeded",
    ),
)
async def import_benchmark(
    request: Request, slug: Annotated[str | None, Query(pattern=SLUG)] = None, title: TitleQuery = ""
) -> Response:
    """Import a benchmark as a background task.

    The body is either a ZIP file of a benchmark's folder, or JSON that names a dataset of the Hugging Face
    Hub. A ZIP file has the media type `application/zip` and needs the parameter `slug` in the query.
    """
    principal = await run_in_threadpool(_importer, request)
    sent_as = media_type(request.headers)
    if sent_as == JSON:
        wanted = await _hub_request(request, slug, title)
        return await run_in_threadpool(_queue_benchmark, request, wanted, principal)
    if sent_as != ZIP:
        raise WrongMediaType(f"Send a ZIP file as {ZIP}, or {JSON} with the name of a dataset.")
    if slug is None:
        raise Invalid("slug: send the slug in the query, such as ?slug=my-pairs.", code="invalid_field")
    await run_in_threadpool(_require_free_slug, request, slug, principal)
    async with stored_upload(request, principal, check=require_zip) as upload:
        wanted = BenchmarkToImport(slug, title, archive_key=upload.key, archive_sha256=upload.sha256)
        answer = await run_in_threadpool(_queue_benchmark, request, wanted, principal)
        upload.is_kept = True
        return answer


@router.post(
    "/votes",
    status_code=202,
    response_model=TaskResponse,
    openapi_extra={"requestBody": {"required": True, "content": dict.fromkeys(TABLE_SUFFIXES, BINARY)}},
    responses=errors(
        "404 unknown_benchmark",
        "409 import_running",
        "422 invalid empty bad_digest wrong_digest",
        "429 too_many_uploads upload_quota_exceeded",
    ),
)
async def import_votes(
    request: Request,
    study: Annotated[str, Query(pattern=SLUG)],
    benchmark: Annotated[str, Query(pattern=SLUG)],
    map: MapQuery,
    reference: Annotated[str | None, Query(min_length=1, max_length=200)] = None,
    answers: Answers | None = None,
    title: TitleQuery = "",
    dry_run: bool = False,
) -> Response:
    """Start a background task that imports the votes table of another study as a new closed study.

    The body is the table: CSV, TSV or JSON lines. The parameter `map` renames columns: its keys are columns
    of TI2V Bench's votes table, and its values are columns of the uploaded table. With `dry_run`, the task
    only checks the table.
    """
    principal = await run_in_threadpool(_importer, request)
    wanted = VotesToImport(study, benchmark, tuple(map), reference, answers, title, dry_run)
    wanted.mapping()
    suffix = TABLE_SUFFIXES.get(media_type(request.headers))
    if suffix is None:
        raise WrongMediaType(f"Send the table as {', '.join(TABLE_SUFFIXES)}.")
    await run_in_threadpool(_require_benchmark, request, benchmark, principal)
    async with stored_upload(request, principal, check=_require_bytes, max_bytes=MAX_TABLE_BYTES) as upload:
        answer = await run_in_threadpool(_queue_votes, request, wanted, upload.key, suffix, principal)
        upload.is_kept = True
        return answer


def _importer(request: Request) -> Principal:
    """Return the person who sent the request, before the request body is read.

    The function refuses people who may not import.
    """
    with context_of(request).database.read() as session:
        return require_person(session, request, Role.RESEARCHER, scope=Scope.STUDY, now=utc_now())


async def _hub_request(request: Request, slug: str | None, title: str) -> BenchmarkToImport:
    """Return the import that the JSON body describes.

    Raises:
        BadRequest, Invalid: the body is not JSON, or a field is wrong.
    """
    if slug is not None or title:
        raise Invalid("Send slug and title in the JSON body, not in the query.")
    document = await request.json()
    try:
        body = BenchmarkImportRequest.model_validate(document)
    except ValidationError as error:
        first = error.errors()[0]
        field = str(first["loc"][0]) if first["loc"] and first["type"] != "extra_forbidden" else "body"
        reason = "there is an unknown field" if first["type"] == "extra_forbidden" else first["msg"]
        raise Invalid(f"{field}: {reason}", code="invalid_field") from error
    check_hub_address(body.source)
    return BenchmarkToImport(body.slug or default_slug(body.source), body.title, hub_address=body.source)


def _require_bytes(received: ReceivedFile) -> None:
    if received.bytes == 0:
        raise Invalid("The body is empty. Send the table.", code="empty")


def _require_free_slug(request: Request, slug: str, principal: Principal) -> None:
    with context_of(request).database.read() as session:
        require_free_slug(session, slug, principal=principal)


def _require_benchmark(request: Request, slug: str, principal: Principal) -> None:
    with context_of(request).database.read() as session:
        find_benchmark(session, slug, principal=principal)


def _queue_benchmark(request: Request, wanted: BenchmarkToImport, principal: Principal) -> Response:
    with context_of(request).database.write() as session:
        task = queue_import(session, wanted=wanted, principal=principal, now=utc_now())
        return accepted(task)


def _queue_votes(
    request: Request, wanted: VotesToImport, key: str, suffix: str, principal: Principal
) -> Response:
    with context_of(request).database.write() as session:
        task = queue_votes_import(
            session, wanted=wanted, table_key=key, suffix=suffix, principal=principal, now=utc_now()
        )
        return accepted(task)


def accepted(task: Task) -> Response:
    """Return the response (status 202) that contains the queued task."""
    return Response(
        task_response(task).model_dump_json(),
        status_code=202,
        media_type=JSON,
        headers={"Location": f"/api/v1/tasks/{task.id}"},
    )
