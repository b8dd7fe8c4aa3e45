"""Receives clips: streamed to a private file, probed in the sandbox, then stored, all or nothing."""

import logging
from datetime import datetime

from fastapi import Request, Response
from starlette.concurrency import run_in_threadpool

from app.api.v1.routers import api_router
from app.api.v1.schemas import ClipAnswer, PairIdPath, PublicIdPath
from app.clock import utc_now
from app.errors import StorageFull, Unavailable
from app.installation import Installation
from app.media.pictures import PictureRejected
from app.media.sandbox import SandboxBroken
from app.media.store import StoreError, StoreFull
from app.security.asking import installation_of, require_person
from app.security.identity import Principal
from app.submissions import service
from app.submissions.keeping import ClipKeeper
from app.submissions.receiving import ReceivedFile, promised_sha256, receive_file, refuse_wrong_digest
from app.tables.submissions import Clip
from benchmark.protocol import Role

router = api_router("submissions")
log = logging.getLogger("ti2v.clips")


@router.put(
    "/submissions/{public_id}/clips/{pair_id}",
    response_model=ClipAnswer,
    status_code=201,
    responses={200: {"model": ClipAnswer, "description": "These very bytes were here before."}},
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"video/mp4": {"schema": {"type": "string", "format": "binary"}}},
        }
    },
)
async def put_clip(public_id: PublicIdPath, pair_id: PairIdPath, request: Request) -> Response:
    """Take one clip, the mp4 as the body; the same bytes again change nothing, other bytes are 409."""
    installation = installation_of(request)
    promised = promised_sha256(request.headers)
    now = utc_now()
    principal = await run_in_threadpool(_check_slot, request, public_id, pair_id, now)
    try:
        with installation.store.private_file() as path:
            received = await receive_file(request.stream(), path)
            refuse_wrong_digest(received, promised)
            return await run_in_threadpool(_keep, installation, principal, public_id, pair_id, received, now)
    except StoreFull as error:
        raise StorageFull("The disk is full; nothing of this clip was kept.") from error
    except (StoreError, SandboxBroken, PictureRejected) as error:
        log.exception("clip not kept")
        raise Unavailable("The clip cannot be checked or stored now; send it again later.") from error


def _check_slot(request: Request, public_id: str, pair_id: str, now: datetime) -> Principal:
    """Refuse a stranger, an unknown pair or a closed submission before the body is read."""
    with installation_of(request).database.read() as session:
        principal = require_person(session, request, Role.RESEARCHER, Role.WORKER, now=now)
        submission = service.find_submission(
            session, public_id=public_id, principal=principal, for_change=True
        )
        service.find_slot(session, submission=submission, pair_name=pair_id)
    return principal


def _keep(
    installation: Installation,
    principal: Principal,
    public_id: str,
    pair_id: str,
    received: ReceivedFile,
    now: datetime,
) -> Response:
    keeper = ClipKeeper(installation.database, installation.store, installation.sandbox)
    kept = keeper.keep(received, principal=principal, public_id=public_id, pair_name=pair_id, now=now)
    return _answer(kept.clip, pair_id, status=201 if kept.is_new else 200)


def _answer(clip: Clip, pair_id: str, *, status: int) -> Response:
    body = ClipAnswer(
        pair_id=pair_id,
        **{name: getattr(clip, name) for name in ClipAnswer.model_fields if name != "pair_id"},
    )
    return Response(body.model_dump_json(), status_code=status, media_type="application/json")
