"""REST routes for gold questions that the server makes from the clips of a submission."""

from fastapi import Request, Response
from sqlalchemy.orm import Session

from app.api.v1.error_responses import errors
from app.api.v1.imports import accepted
from app.api.v1.json_router import api_router
from app.clock import utc_now
from app.dependencies import context_of, require_person
from app.gold_clips import service
from app.gold_clips.queries import gold_clips_response
from app.security.identity import Principal
from app.security.path_params import PairIdPath, SubmissionPath
from app.submissions.names import submission_id
from app.submissions.service import find_own_submission, find_submission
from app.tables.submissions import Submission
from benchmark.protocol import Role, Scope
from benchmark.wire.gold_clips import (
    GoldClipResponse,
    GoldClipsRequest,
    GoldClipsResponse,
    GoldDecisionRequest,
)
from benchmark.wire.tasks import TaskResponse

router = api_router("submissions")
PATH = "/submissions/{public_id}/gold-clips"


@router.post(
    PATH,
    status_code=202,
    response_model=TaskResponse,
    responses=errors(
        "404 not_found",
        "409 ambiguous_name submission_not_final gold_clips_exist gold_clips_running no_usable_clips",
    ),
)
def make_gold_clips(public_id: SubmissionPath, body: GoldClipsRequest, request: Request) -> Response:
    """Start a task that makes wrong clips from your own final submission."""
    with context_of(request).database.write() as session:
        source, principal = _own(session, request, public_id)
        return accepted(
            service.queue_gold_clips(session, source=source, request=body, principal=principal, now=utc_now())
        )


@router.get(PATH, responses=errors("404 not_found", "409 ambiguous_name"))
def list_gold_clips(public_id: SubmissionPath, request: Request) -> GoldClipsResponse:
    """Return the proposed gold questions of your own submission."""
    with context_of(request).database.read() as session:
        principal = require_person(session, request, Role.RESEARCHER, scope=Scope.READ, now=utc_now())
        name = submission_id(session, public_id, principal=principal)
        source = find_own_submission(session, public_id=name, principal=principal)
        return gold_clips_response(session, source)


@router.put(PATH + "/{pair_id}", responses=errors("404 not_found unknown_clip", "409 ambiguous_name"))
def decide_gold_clip(
    public_id: SubmissionPath, pair_id: PairIdPath, body: GoldDecisionRequest, request: Request
) -> GoldClipResponse:
    """Confirm or reject a gold question. Studies ask only confirmed questions."""
    with context_of(request).database.write() as session:
        source, principal = _own(session, request, public_id)
        service.decide(
            session,
            source=source,
            pair=pair_id,
            status=body.status,
            principal=principal,
            now=utc_now(),
        )
        clips = gold_clips_response(session, source).clips
        return next(each for each in clips if each.pair == pair_id)


@router.delete(
    PATH, status_code=204, responses=errors("404 not_found", "409 ambiguous_name gold_clips_running")
)
def discard_gold_clips(public_id: SubmissionPath, request: Request) -> Response:
    """Withdraw all gold clips that were made from your own submission. A repeated request changes nothing."""
    with context_of(request).database.write() as session:
        source, principal = _own(session, request, public_id)
        service.discard(session, source=source, principal=principal, now=utc_now())
    return Response(status_code=204)


def _own(session: Session, request: Request, name: str) -> tuple[Submission, Principal]:
    principal = require_person(session, request, Role.RESEARCHER, scope=Scope.SUBMIT, now=utc_now())
    public_id = submission_id(session, name, principal=principal)
    return find_submission(session, public_id=public_id, principal=principal, for_change=True), principal
