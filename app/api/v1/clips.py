"""Receives clips: streamed to a private file, probed in the sandbox, then stored, all or nothing."""

import logging
from datetime import datetime
from typing import Annotated, Any

from fastapi import Query, Request, Response
from sqlalchemy import select
from starlette.concurrency import run_in_threadpool

from app.api.v1.json_router import api_router
from app.clock import utc_now
from app.context import AppContext
from app.dependencies import context_of, require_person
from app.errors import StorageFull, Unavailable
from app.jobs.uploads import JobEntrance, OwnerEntrance, read_job_headers
from app.media.images import ImageRejected
from app.media.sandbox.client import SandboxBroken
from app.media.store.base import StoreError, StoreFull
from app.security.path_params import PairIdPath, PublicIdPath
from app.submissions.provenance import read_provenance
from app.submissions.service import find_submission
from app.submissions.storage import ClipKeeper
from app.submissions.streaming import ReceivedFile, promised_sha256, receive_file, refuse_wrong_digest
from app.tables.bench import Pair
from app.tables.submissions import Clip
from benchmark.protocol import Role
from benchmark.wire.submissions import ClipResponse, ClipsResponse

router = api_router("submissions")
log = logging.getLogger("ti2v.clips")
NamedEntrance = JobEntrance | OwnerEntrance


@router.get("/submissions/{public_id}/clips")
def list_clips(
    public_id: PublicIdPath,
    request: Request,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    cursor: Annotated[str | None, Query(pattern=r"^\d{1,9}$")] = None,
) -> ClipsResponse:
    """Return a submission's clips in the benchmark's order, with what their makers say about them."""
    with context_of(request).database.read() as session:
        principal = require_person(session, request, Role.RESEARCHER, now=utc_now())
        submission = find_submission(session, public_id=public_id, principal=principal)
        rows = session.execute(
            select(Clip, Pair.name, Pair.position)
            .join(Pair, Pair.id == Clip.pair_id)
            .where(Clip.submission_id == submission.id, Pair.position >= int(cursor or 0))
            .order_by(Pair.position)
            .limit(limit + 1)
        ).all()
    more = str(rows[limit].position) if len(rows) > limit else None
    return ClipsResponse(clips=[clip_answer(clip, name) for clip, name, _ in rows[:limit]], next_cursor=more)


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
async def put_clip(public_id: PublicIdPath, pair_id: PairIdPath, request: Request) -> Response:
    """Take one clip, the mp4 as the body; the same bytes again change nothing, other bytes are 409.

    A worker names the job it holds, `Ti2v-Job` and `Ti2v-Attempt`; else the submission must be one's own.
    `Ti2v-Provenance`, base64 of a JSON object of at most 4 KiB, says how the clip was made.
    """
    context = context_of(request)
    promised = promised_sha256(request.headers)
    provenance = read_provenance(request.headers.get("ti2v-provenance"))
    now = utc_now()
    entrance = await run_in_threadpool(_check_slot, request, public_id, pair_id, now)
    try:
        with context.store.private_file() as path:
            received = await receive_file(request.stream(), path)
            refuse_wrong_digest(received, promised)
            return await run_in_threadpool(_keep, context, entrance, received, provenance, now)
    except StoreFull as error:
        raise StorageFull("The disk is full; nothing of this clip was kept.") from error
    except (StoreError, SandboxBroken, ImageRejected) as error:
        log.exception("clip not kept")
        raise Unavailable("The clip cannot be checked or stored now; send it again later.") from error


def _check_slot(request: Request, public_id: str, pair_id: str, now: datetime) -> NamedEntrance:
    """Refuse a stranger, a stale attempt, an unknown pair or a closed submission before the body is read."""
    with context_of(request).database.read() as session:
        principal = require_person(session, request, Role.RESEARCHER, Role.WORKER, now=now)
        held = read_job_headers(request.headers)
        entrance: NamedEntrance = (
            JobEntrance(principal, public_id, pair_id, held.job, held.attempt)
            if held
            else OwnerEntrance(principal, public_id, pair_id)
        )
        entrance.slot(session)
    return entrance


def _keep(
    context: AppContext,
    entrance: NamedEntrance,
    received: ReceivedFile,
    provenance: dict[str, Any] | None,
    now: datetime,
) -> Response:
    keeper = ClipKeeper(context.database, context.store, context.sandbox)
    kept = keeper.keep_through(entrance, received, provenance=provenance, now=now)
    body = clip_answer(kept.clip, entrance.pair_name).model_dump_json()
    return Response(body, status_code=201 if kept.is_new else 200, media_type="application/json")


def clip_answer(clip: Clip, pair_name: str) -> ClipResponse:
    return ClipResponse(
        pair_id=pair_name,
        **{name: getattr(clip, name) for name in ClipResponse.model_fields if name != "pair_id"},
    )
