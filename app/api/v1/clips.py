"""Clips over REST: upload one, list those of a submission."""

import logging
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import Query, Request, Response
from sqlalchemy import select
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers

from app.api.v1.json_router import api_router
from app.clock import utc_now
from app.dependencies import context_of, require_person
from app.errors import Invalid, StorageFull, Unavailable
from app.jobs.uploads import JobUpload, OwnerUpload
from app.media.images import ImageRejected
from app.media.sandbox import SandboxBroken
from app.media.store import StoreError, StoreFull
from app.security.path_params import PairIdPath, PublicIdPath
from app.submissions.provenance import read_provenance
from app.submissions.service import find_submission
from app.submissions.storage import ClipStorage, UploadAuthorization, UploadTarget
from app.submissions.streaming import promised_sha256, receive_file, refuse_wrong_digest
from app.tables.bench import Pair
from app.tables.submissions import Clip
from benchmark.protocol import Role
from benchmark.wire.common import MAX_SEED
from benchmark.wire.submissions import ClipResponse, ClipsResponse

router = api_router("submissions")
log = logging.getLogger("ti2v.clips")
# A position in the benchmark and a seed.
_CURSOR = r"^\d{1,9}-\d{1,10}$"
_JOB = re.compile(r"[0-9a-f]{16}")
_ATTEMPT = re.compile(r"[1-9][0-9]{0,8}")


@router.get("/submissions/{public_id}/clips")
def list_clips(
    public_id: PublicIdPath,
    request: Request,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    cursor: Annotated[str | None, Query(pattern=_CURSOR)] = None,
) -> ClipsResponse:
    """Return a submission's clips in the order of pairs and seeds, with what their makers say about them."""
    position, seed = (int(each) for each in (cursor or "0-0").split("-"))
    with context_of(request).database.read() as session:
        principal = require_person(session, request, Role.RESEARCHER, now=utc_now())
        submission = find_submission(session, public_id=public_id, principal=principal)
        rows = session.execute(
            select(Clip, Pair.name, Pair.position)
            .join(Pair, Pair.id == Clip.pair_id)
            .where(
                Clip.submission_id == submission.id,
                (Pair.position > position) | ((Pair.position == position) & (Clip.seed >= seed)),
            )
            .order_by(Pair.position, Clip.seed)
            .limit(limit + 1)
        ).all()
    more = f"{rows[limit].position}-{rows[limit].Clip.seed}" if len(rows) > limit else None
    return ClipsResponse(
        clips=[clip_response(clip, name) for clip, name, _ in rows[:limit]], next_cursor=more
    )


@router.put(
    "/submissions/{public_id}/clips/{pair_id}",
    response_model=ClipResponse,
    status_code=201,
    responses={200: {"model": ClipResponse, "description": "These very bytes were here before."}},
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"video/mp4": {"schema": {"type": "string", "format": "binary"}}},
        }
    },
)
async def put_clip(
    public_id: PublicIdPath,
    pair_id: PairIdPath,
    request: Request,
    seed: Annotated[int | None, Query(ge=0, le=MAX_SEED)] = None,
) -> Response:
    """Take one clip, the mp4 as the body; the same bytes again change nothing, other bytes are 409.

    `seed` is 0 by default; a clip of a worker has the seed of its job. A worker names the job it holds,
    `Ti2v-Job` and `Ti2v-Attempt`; else the submission must be one's own. `Ti2v-Provenance`, base64 of a JSON
    object of at most 4 KiB, says how the clip was made.
    """
    context = context_of(request)
    promised = promised_sha256(
        request.headers.getlist("content-digest"), request.headers.getlist("x-content-sha256")
    )
    provenance = read_provenance(request.headers.get("ti2v-provenance"))
    now = utc_now()
    authorization, target = await run_in_threadpool(_authorize, request, public_id, pair_id, seed, now)
    storage = ClipStorage(context.database, context.store, context.sandbox)
    try:
        with context.store.private_file() as path:
            received = await receive_file(request.stream(), path)
            refuse_wrong_digest(received, promised)
            uploaded = await run_in_threadpool(
                storage.save,
                received,
                target=target,
                authorization=authorization,
                provenance=provenance,
                now=now,
            )
    except StoreFull as error:
        raise StorageFull("The disk is full; this clip was not stored.") from error
    except (StoreError, SandboxBroken, ImageRejected) as error:
        log.exception("clip not stored")
        raise Unavailable("The clip cannot be checked or stored now. Send it again later.") from error
    body = clip_response(uploaded.clip, pair_id).model_dump_json()
    return Response(body, status_code=201 if uploaded.is_new else 200, media_type="application/json")


def _authorize(
    request: Request, public_id: str, pair_id: str, seed: int | None, now: datetime
) -> tuple[UploadAuthorization, UploadTarget]:
    """Return by what right a clip is uploaded and where it goes, before the body is read.

    Raises:
        NotSignedIn, Forbidden: a missing or wrong key.
        NotFound, Conflict: an unknown target, a closed submission or a stale attempt.
    """
    job = read_job_headers(request.headers)
    with context_of(request).database.read() as session:
        principal = require_person(session, request, Role.RESEARCHER, Role.WORKER, now=now)
        authorization: UploadAuthorization = (
            JobUpload(principal, public_id, pair_id, seed, job.id, job.attempt)
            if job
            else OwnerUpload(principal, public_id, pair_id, seed or 0)
        )
        return authorization, authorization.find_target(session)


@dataclass(frozen=True)
class JobHeaders:
    """The job a clip is uploaded for, and the number of its attempt."""

    id: str
    attempt: int


def read_job_headers(headers: Headers) -> JobHeaders | None:
    """Return the job that the headers name; None where neither header is sent.

    Raises:
        Invalid: one header is missing or malformed.
    """
    job, attempt = headers.get("ti2v-job"), headers.get("ti2v-attempt")
    if job is None and attempt is None:
        return None
    if job is None or attempt is None or not _JOB.fullmatch(job) or not _ATTEMPT.fullmatch(attempt):
        raise Invalid("Send both Ti2v-Job and Ti2v-Attempt, the id and attempt of the claimed job.")
    return JobHeaders(job, int(attempt))


def clip_response(clip: Clip, pair_name: str) -> ClipResponse:
    return ClipResponse(
        pair_id=pair_name,
        **{name: getattr(clip, name) for name in ClipResponse.model_fields if name != "pair_id"},
    )
