"""REST routes for annotators: get the next assignment, vote, skip, undo, renew a lease, report playback.

A cookie identifies the annotator.
"""

from contextlib import suppress
from datetime import datetime
from typing import Annotated

from fastapi import Body, Request, Response
from sqlalchemy.orm import Session

from app.api.v1.error_responses import errors
from app.api.v1.json_router import ANNOTATOR, api_router
from app.capacity import RequestClass
from app.clock import utc_now
from app.cookies import annotator_cookie_of
from app.dependencies import context_of
from app.errors import Conflict
from app.security.participants import find_assignment, find_participant
from app.security.path_params import SlugPath, TokenPath
from app.tables.people import Annotator
from app.tables.studies import Study
from app.voting import leases, service
from app.voting.assignment_view import assignment_view
from app.voting.leases import current_lease
from app.voting.playback import record_playback
from app.voting.view_models import AssignmentView
from benchmark.wire.common import RenewResponse, ResponseModel
from benchmark.wire.votes import (
    AssignmentResponse,
    NextAssignmentRequest,
    PlaybackRequest,
    PreviousVote,
    SkipRequest,
    UndoResponse,
    VoteRequest,
    VoteResponse,
)

router = api_router("voting", RequestClass.VOTES, is_for_people=False, credentials=[ANNOTATOR])


@router.post(
    "/studies/{slug}/assignments",
    response_model=AssignmentResponse,
    responses={
        204: {"description": "No comparison is left for this annotator."},
        **errors(
            "401 not_invited other_browser",
            "404 not_found",
            "409 study_not_open too_many_held other_phase day_limit",
        ),
    },
)
def next_assignment(
    slug: SlugPath, request: Request, body: Annotated[NextAssignmentRequest | None, Body()] = None
) -> Response:
    """Return the annotator's current comparison, or a new comparison.

    `after` is the token of the current assignment. If `after` is sent, lease the next comparison in advance.
    The page can then load the next comparison's clips early.
    """
    wanted = body or NextAssignmentRequest()
    with context_of(request).database.write(durable=False) as session:
        held = find_participant(
            session, cookie=annotator_cookie_of(request), study_slug=slug, now=utc_now(), for_change=True
        )
        view = _next(session, request, wanted, annotator=held.annotator, study=held.study, now=utc_now())
    return _json(view) if view else Response(status_code=204)


@router.post(
    "/assignments/{token}/vote",
    response_model=VoteResponse,
    status_code=201,
    responses={
        200: {"model": VoteResponse, "description": "The same vote was already stored."},
        **errors(
            "401 other_browser",
            "404 not_found",
            "409 already_voted already_skipped assignment_replaced matchup_closed study_not_open "
            "clips_not_delivered lease_expired",
            "422 justification_missing",
        ),
    },
)
def vote(token: TokenPath, body: VoteRequest, request: Request) -> Response:
    """Store a vote.

    Sending the same vote again returns 200 with the same body; a different vote on the same assignment gets
    409. If `next` is true, the response also contains the next assignment, in the format of `POST
    /studies/{slug}/assignments`. The field is null if no assignment is left. The vote is stored even if there
    is no next assignment.
    """
    with context_of(request).database.write() as session:
        held = find_assignment(session, cookie=annotator_cookie_of(request), token=token, for_change=True)
        cast = service.cast_vote(
            session, assignment=held.assignment, study=held.study, request=body, now=held.now
        )
        view = None
        if body.next is not None:
            # There may be no next comparison: the study may be closed when a vote is sent again, and the last
            # vote may end the voting.
            with suppress(Conflict):
                view = _next(
                    session, request, body.next, annotator=held.annotator, study=held.study, now=held.now
                )
    response = VoteResponse(
        choice=cast.choice, justifications=list(cast.justifications), cast_at=cast.cast_at, next=view
    )
    return _json(response, status=201 if cast.is_new else 200)


@router.post(
    "/assignments/{token}/skip",
    status_code=204,
    responses=errors(
        "401 other_browser",
        "404 not_found",
        "409 already_voted assignment_replaced matchup_closed quiz_question",
    ),
)
def skip(token: TokenPath, body: SkipRequest, request: Request) -> Response:
    """Skip a comparison without a vote; the annotator does not get this comparison again."""
    with context_of(request).database.write() as session:
        held = find_assignment(session, cookie=annotator_cookie_of(request), token=token, for_change=True)
        service.skip(session, assignment=held.assignment, study=held.study, reason=body.reason, now=held.now)
    return Response(status_code=204)


@router.post(
    "/assignments/{token}/undo",
    responses=errors(
        "401 other_browser", "404 not_found", "409 not_last_vote matchup_closed study_not_open other_phase"
    ),
)
def undo(token: TokenPath, request: Request) -> UndoResponse:
    """Undo the last vote and return a new assignment for the same comparison."""
    with context_of(request).database.write() as session:
        held = find_assignment(session, cookie=annotator_cookie_of(request), token=token, for_change=True)
        undone = service.undo(session, assignment=held.assignment, study=held.study, now=held.now)
        lease = current_lease(session, assignment=undone.assignment, study=held.study)
        view = assignment_view(session, lease=lease, study=held.study)
    previous = PreviousVote(
        choice=held.assignment.choice_of(undone.vote.chosen_side),
        justifications=list(undone.vote.justifications),
    )
    return UndoResponse(**view.model_dump(), previous=previous)


@router.post(
    "/assignments/{token}/renew",
    responses=errors(
        "401 other_browser",
        "404 not_found",
        "409 already_voted already_skipped assignment_replaced matchup_closed lease_expired study_not_open",
    ),
)
def renew(token: TokenPath, request: Request) -> RenewResponse:
    """Extend the lease of an assignment while its voting page is open."""
    with context_of(request).database.write(durable=False) as session:
        held = find_assignment(session, cookie=annotator_cookie_of(request), token=token, for_change=True)
        expires_at = leases.renew(session, assignment=held.assignment, study=held.study, now=held.now)
    return RenewResponse(expires_at=expires_at)


@router.post(
    "/assignments/{token}/playback",
    status_code=204,
    responses=errors("401 other_browser", "404 not_found", "409 assignment_ended too_many_events"),
)
def playback(token: TokenPath, body: PlaybackRequest, request: Request) -> Response:
    """Store a batch of playback events of an assignment. Sending the same events again changes nothing."""
    with context_of(request).database.write(durable=False) as session:
        held = find_assignment(session, cookie=annotator_cookie_of(request), token=token)
        record_playback(session, assignment=held.assignment, request=body, now=held.now)
    return Response(status_code=204)


def _next(
    session: Session,
    request: Request,
    wanted: NextAssignmentRequest,
    *,
    annotator: Annotator,
    study: Study,
    now: datetime,
) -> AssignmentView | None:
    after = (
        find_assignment(session, cookie=annotator_cookie_of(request), token=wanted.after).assignment
        if wanted.after
        else None
    )
    lease = leases.next_assignment(session, annotator=annotator, study=study, now=now, after=after)
    return assignment_view(session, lease=lease, study=study) if lease else None


def _json(response: ResponseModel, *, status: int = 200) -> Response:
    return Response(response.model_dump_json(), status_code=status, media_type="application/json")
