"""REST routes that upload a clip, delete a clip, and list the clips of a submission."""

import logging
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Annotated, Any

from fastapi import Query, Request, Response
from starlette.concurrency import run_in_threadpool

from app.api.v1.error_responses import errors
from app.api.v1.json_router import api_router
from app.api.v1.list_parameters import ListQuery, NameQuery
from app.api.v1.upload_headers import read_job_headers
from app.capacity import RequestClass
from app.clock import utc_now
from app.context import AppContext
from app.dependencies import context_of, require_person
from app.errors import Invalid, StorageFull, Unavailable
from app.jobs.clip_jobs import forget_job_of_clip
from app.jobs.uploads import JobUpload, OwnerUpload
from app.media.images import ImageRejected
from app.media.probe import ClipCode
from app.media.sandbox import SandboxBroken
from app.media.store import StoreError, StoreFull
from app.request_body import declared_bytes
from app.security.identity import Principal
from app.security.path_params import PairIdPath, SubmissionPath
from app.submissions import service
from app.submissions.conversion import save_converted
from app.submissions.names import submission_id
from app.submissions.provenance import read_provenance
from app.submissions.queries import CLIPS, ClipFilter, clip_response, clips_page
from app.submissions.service import find_submission
from app.submissions.storage import ClipStorage, UploadAuthorization, UploadedClip, UploadTarget
from app.submissions.streaming import (
    ReceivedFile,
    promised_sha256,
    receive_file,
    refuse_wrong_digest,
)
from benchmark.protocol import Role, Scope
from benchmark.wire.common import MAX_SEED
from benchmark.wire.submissions import ClipResponse, ClipsResponse

router = api_router("submissions")
log = logging.getLogger("ti2v.clips")


@router.get(
    "/submissions/{public_id}/clips",
    responses=errors("404 not_found", "409 ambiguous_name", "422 invalid_cursor"),
)
def list_clips(
    public_id: SubmissionPath,
    request: Request,
    listing: ListQuery,
    pair_id: NameQuery = None,
    seed: Annotated[int | None, Query(ge=0, le=MAX_SEED)] = None,
) -> ClipsResponse:
    """Return a submission's clips, with their provenance, in the order of pairs and seeds."""
    page = listing.page_of(CLIPS)
    with context_of(request).database.read() as session:
        principal = require_person(session, request, Role.RESEARCHER, Role.VIEWER, now=utc_now())
        name = submission_id(session, public_id, principal=principal)
        submission = find_submission(session, public_id=name, principal=principal)
        return clips_page(session, submission, ClipFilter(pair_id, seed), page)


@router.put(
    "/submissions/{public_id}/clips/{pair_id}",
    response_model=ClipResponse,
    status_code=201,
    responses={
        200: {
            "model": ClipResponse,
            "description": "The same bytes were already stored, or a clip was replaced.",
        },
        **errors(
            "404 not_found unknown_pair",
            "409 ambiguous_name submission_not_open clip_exists stale_attempt cancelled",
            f"422 invalid bad_digest wrong_digest bad_provenance {' '.join(ClipCode)}",
            "429 too_many_uploads upload_quota_exceeded",
        ),
    },
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"video/mp4": {"schema": {"type": "string", "format": "binary"}}},
        }
    },
)
async def put_clip(
    public_id: SubmissionPath,
    pair_id: PairIdPath,
    request: Request,
    seed: Annotated[int | None, Query(ge=0, le=MAX_SEED)] = None,
    replace: bool = False,
    convert: bool = False,
) -> Response:
    """Store one clip, sent as the request body (mp4).

    Sending the same bytes again changes nothing; if you send different bytes for the same pair and seed, the
    response is 409.

    With `replace`, different bytes replace the clip of an open submission, and the audit log records the old
    and the new digest. If `convert` is true, the body may be any video, and the server converts the video to
    an H.264 clip. `seed` is 0 by default; a clip that a worker uploads has the seed of the job. A worker
    sends the job's id and attempt number in the headers `Ti2v-Job` and `Ti2v-Attempt`. Researchers can upload
    only to their own submissions. The header `Ti2v-Provenance` describes how the clip was made; it contains a
    JSON object of at most 4 KiB, encoded as base64.
    """
    context = context_of(request)
    promised = promised_sha256(
        request.headers.getlist("content-digest"), request.headers.getlist("x-content-sha256")
    )
    provenance = read_provenance(request.headers.get("ti2v-provenance"))
    now = utc_now()
    upload = await run_in_threadpool(_authorize, request, public_id, pair_id, seed, replace, convert, now)
    capacity = context.capacities.of(RequestClass.UPLOADS)
    try:
        with (
            context.uploads.one_upload(upload.principal.person_id),
            capacity.admit(),
            context.store.private_file() as path,
        ):
            received = await receive_file(request.stream(), path)
            refuse_wrong_digest(received, promised)
            uploaded = await capacity.run_admitted(_save, context, upload, received, provenance)
    except StoreFull as error:
        raise StorageFull("The disk is full; this clip was not stored.") from error
    except (StoreError, SandboxBroken, ImageRejected) as error:
        log.exception("clip not stored")
        raise Unavailable("The clip cannot be checked or stored now. Send it again later.") from error
    body = clip_response(uploaded.clip, pair_id).model_dump_json()
    return Response(body, status_code=201 if uploaded.is_new else 200, media_type="application/json")


@router.delete(
    "/submissions/{public_id}/clips/{pair_id}",
    status_code=204,
    responses=errors("404 not_found unknown_clip", "409 ambiguous_name submission_not_open"),
)
def delete_clip(
    public_id: SubmissionPath,
    pair_id: PairIdPath,
    request: Request,
    seed: Annotated[int, Query(ge=0, le=MAX_SEED)] = 0,
) -> Response:
    """Delete a clip of an open submission; the audit log records the clip's digest."""
    context = context_of(request)
    with context.database.write() as session:
        principal = require_person(session, request, Role.RESEARCHER, scope=Scope.SUBMIT, now=utc_now())
        name = submission_id(session, public_id, principal=principal)
        submission = find_submission(session, public_id=name, principal=principal, for_change=True)
        now = utc_now()
        clip = service.delete_clip(
            session, submission=submission, pair_name=pair_id, seed=seed, principal=principal, now=now
        )
        forget_job_of_clip(session, clip=clip)
        sha256 = clip.sha256
    ClipStorage(context.database, context.store, context.sandbox).delete_unused(sha256)
    return Response(status_code=204)


@dataclass(frozen=True)
class AuthorizedUpload:
    """An authorised upload: the person, the person's right to upload, and the target of the upload."""

    principal: Principal
    authorization: UploadAuthorization
    target: UploadTarget
    replace: bool
    convert: bool


def _authorize(
    request: Request,
    public_id: str,
    pair_id: str,
    seed: int | None,
    replace: bool,
    convert: bool,
    now: datetime,
) -> AuthorizedUpload:
    """Check an upload before the server reads the request body.

    Raises:
        Invalid: a worker asks to replace or convert a clip. Only the owner of the submission may replace or
            convert clips.
        NotSignedIn, Forbidden: the key is missing or wrong.
        NotFound, Conflict: the target is unknown, the submission is closed, or the worker's attempt no longer
            holds the job.
        TooManyRequests: the person's daily quota is used up.
    """
    job = read_job_headers(request.headers)
    if job and (replace or convert):
        raise Invalid("Only the owner of a submission can replace or convert its clips.", code="invalid")
    context = context_of(request)
    with context.database.read() as session:
        principal = require_person(
            session,
            request,
            Role.RESEARCHER,
            Role.WORKER,
            scope=Scope.WORK if job else Scope.SUBMIT,
            now=now,
        )
        authorization: UploadAuthorization = (
            JobUpload(principal, public_id, pair_id, seed, job.id, job.attempt)
            if job
            else OwnerUpload(
                principal, submission_id(session, public_id, principal=principal), pair_id, seed or 0
            )
        )
        target = authorization.find_target(session)
    context.uploads.require_quota(principal.person_id, declared_bytes(request.headers))
    return AuthorizedUpload(principal, authorization, target, replace, convert)


def _save(
    context: AppContext,
    upload: AuthorizedUpload,
    received: ReceivedFile,
    provenance: dict[str, Any] | None,
) -> UploadedClip:
    context.uploads.count_bytes(upload.principal.person_id, received.bytes)
    storage = ClipStorage(context.database, context.store, context.sandbox)
    save = partial(save_converted, storage) if upload.convert else storage.save
    return save(
        received,
        target=upload.target,
        authorization=upload.authorization,
        provenance=provenance,
        replace_as=upload.principal if upload.replace else None,
    )
