"""Routes of the page on which owners make gold questions from their own clips and confirm each question."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse

from app.authenticated_route import AuthenticatedRoute
from app.clock import utc_now
from app.dependencies import context_of, page_response, require_person
from app.errors import Conflict, Invalid
from app.gold_clips import service
from app.gold_clips.view_builder import gold_page
from app.security.identity import Principal
from app.security.path_params import PairIdPath, PublicIdPath
from app.submissions.service import find_own_submission, find_submission
from app.tables.submissions import Submission
from benchmark.protocol import GoldKind, GoldStatus, Role, Scope
from benchmark.wire.gold_clips import MAX_GOLD_CLIPS, GoldClipsRequest
from benchmark.wire.validation import InvalidRequest, checked_request

router = APIRouter(include_in_schema=False, route_class=AuthenticatedRoute)


@router.get("/submissions/{public_id}/gold")
def gold(public_id: PublicIdPath, request: Request) -> Response:
    """Show the proposed gold questions of a submission, or the form that makes them."""
    return _show(request, public_id)


@router.post("/submissions/{public_id}/gold")
def make(
    public_id: PublicIdPath,
    request: Request,
    count: Annotated[str, Form()] = "",
    kinds: Annotated[list[GoldKind] | None, Form()] = None,
) -> Response:
    """Queue the task that makes the wrong clips, and redirect to the progress of the task."""
    try:
        wanted = _wanted(count, kinds)
        with context_of(request).database.write() as session:
            source, principal = _own(session, request, public_id)
            task = service.queue_gold_clips(
                session, source=source, request=wanted, principal=principal, now=utc_now()
            )
            number = task.id
    except (Invalid, Conflict) as refusal:
        return _show(request, public_id, problem=refusal.message, status=refusal.status)
    return RedirectResponse(f"/tasks/{number}", status_code=303)


@router.post("/submissions/{public_id}/gold/discard")
def discard(public_id: PublicIdPath, request: Request) -> Response:
    """Withdraw all gold clips of a submission, so that the owner can make new gold clips."""
    try:
        with context_of(request).database.write() as session:
            source, principal = _own(session, request, public_id)
            service.discard(session, source=source, principal=principal, now=utc_now())
    except Conflict as refusal:
        return _show(request, public_id, problem=refusal.message, status=refusal.status)
    return RedirectResponse(f"/submissions/{public_id}/gold", status_code=303)


@router.post("/submissions/{public_id}/gold/{pair_id}")
def decide(
    public_id: PublicIdPath,
    pair_id: PairIdPath,
    request: Request,
    status: Annotated[GoldStatus, Form()],
) -> Response:
    """Confirm or reject a gold question."""
    with context_of(request).database.write() as session:
        source, principal = _own(session, request, public_id)
        service.decide(
            session, source=source, pair=pair_id, status=status, principal=principal, now=utc_now()
        )
    return RedirectResponse(f"/submissions/{public_id}/gold#{pair_id}", status_code=303)


def _wanted(count: str, kinds: list[GoldKind] | None) -> GoldClipsRequest:
    if not kinds:
        raise Invalid("Choose at least one kind of wrong clip.", code="invalid")
    number = int(count) if count.strip().isascii() and count.strip().isdigit() and len(count) < 9 else 0
    if not 1 <= number <= MAX_GOLD_CLIPS:
        raise Invalid(f"Use a whole number from 1 to {MAX_GOLD_CLIPS}.", code="invalid")
    try:
        return checked_request(GoldClipsRequest, count=number, kinds=kinds)
    except InvalidRequest as error:
        raise Invalid("Choose each kind of wrong clip at most once.", code="invalid") from error


def _show(request: Request, public_id: str, *, problem: str = "", status: int = 200) -> Response:
    with context_of(request).database.read() as session:
        principal = _researcher(session, request)
        source = find_own_submission(session, public_id=public_id, principal=principal)
        page = gold_page(session, source, problem=problem)
    return page_response(request, "gold_clips/gold.html", page, status=status)


def _own(session: Session, request: Request, public_id: str) -> tuple[Submission, Principal]:
    principal = _researcher(session, request)
    return find_submission(session, public_id=public_id, principal=principal, for_change=True), principal


def _researcher(session: Session, request: Request) -> Principal:
    return require_person(session, request, Role.RESEARCHER, scope=Scope.SUBMIT, now=utc_now())
