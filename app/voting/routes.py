"""Routes of the voting page and of its forms; the forms work without JavaScript."""

from dataclasses import replace
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse

from app.capacity import RequestClass
from app.clock import utc_now
from app.cookies import annotator_cookie_of
from app.dependencies import allow_frame, context_of
from app.errors import AppError, Conflict, Invalid
from app.languages.study_texts import StudyWording
from app.limited_routes import limited_route
from app.panels.allocation import DayLimitReached
from app.panels.phases import end_voting, is_voting_due
from app.panels.progress import progress_of
from app.panels.study_texts import study_wording
from app.security.participants import Participant, find_assignment, find_participant
from app.security.path_params import SlugPath
from app.tables.people import Annotator
from app.tables.studies import Study
from app.tables.voting import Assignment, Vote
from app.voting import leases, service
from app.voting.assignment_view import assignment_view
from app.voting.view_models import ClosedPage, KeptForm, UndoCard, VotePage, hours_until
from benchmark.protocol import AnnotatorKind, Choice, Justification, SkipReason, StudyStatus, WatchGate
from benchmark.wire.common import TOKEN
from benchmark.wire.votes import VoteRequest

router = APIRouter(include_in_schema=False, route_class=limited_route(RequestClass.VOTES))
TokenField = Annotated[str, Form(pattern=TOKEN)]


@router.get("/studies/{slug}/vote")
def vote_page(slug: SlugPath, request: Request) -> Response:
    """Show the annotator's current comparison, or a page that says why there is no comparison."""
    return _show(request, slug)


@router.post("/studies/{slug}/vote")
def post_vote(
    slug: SlugPath,
    request: Request,
    token: TokenField,
    choice: Annotated[Choice | None, Form()] = None,
    justifications: Annotated[list[Justification] | None, Form()] = None,
) -> Response:
    ticked = tuple(dict.fromkeys(justifications or ()))
    try:
        if choice is None:
            raise Invalid("Choose A or B.", code="choice_missing")
        vote = VoteRequest(choice=choice, justifications=ticked)
        with context_of(request).database.write() as session:
            held = find_assignment(session, cookie=annotator_cookie_of(request), token=token, for_change=True)
            service.cast_vote(
                session, assignment=held.assignment, study=held.study, request=vote, now=held.now
            )
    except (Conflict, Invalid) as refusal:
        kept = KeptForm(choice=choice, justifications=frozenset(ticked))
        return _show(request, slug, refusal=refusal, kept=kept)
    return RedirectResponse(f"/studies/{slug}/vote", status_code=303)


@router.post("/studies/{slug}/skip")
def post_skip(
    slug: SlugPath, request: Request, token: TokenField, reason: Annotated[SkipReason, Form()]
) -> Response:
    try:
        with context_of(request).database.write() as session:
            held = find_assignment(session, cookie=annotator_cookie_of(request), token=token, for_change=True)
            service.skip(session, assignment=held.assignment, study=held.study, reason=reason, now=held.now)
    except Conflict as refusal:
        return _show(request, slug, refusal=refusal)
    return RedirectResponse(f"/studies/{slug}/vote", status_code=303)


@router.post("/studies/{slug}/undo")
def post_undo(slug: SlugPath, request: Request, token: TokenField) -> Response:
    try:
        with context_of(request).database.write() as session:
            held = find_assignment(session, cookie=annotator_cookie_of(request), token=token, for_change=True)
            undone = service.undo(session, assignment=held.assignment, study=held.study, now=held.now)
    except Conflict as refusal:
        return _show(request, slug, refusal=refusal)
    kept = KeptForm(
        choice=held.assignment.choice_of(undone.vote.chosen_side),
        justifications=frozenset(undone.vote.justifications),
    )
    return _show(request, slug, kept=kept)


def _show(
    request: Request, slug: str, *, refusal: AppError | None = None, kept: KeptForm | None = None
) -> Response:
    """Render the annotator's page.

    After a refused request, the page shows the error and the submitted answer.
    """
    context = context_of(request)
    with context.database.write(durable=False) as session:
        participant = find_participant(
            session, cookie=annotator_cookie_of(request), study_slug=slug, now=utc_now(), for_change=True
        )
        study = participant.study
        allow_frame(request, study)
        accepted = request.headers.get("accept-language", "")
        wording = study_wording(study, annotator=participant.annotator, accept_language=accepted)
        if study.status is StudyStatus.CLOSED and study.phases is not None:
            # After the study closes, the annotator still gets the last page with the completion code.
            return RedirectResponse(f"/studies/{slug}/phases", status_code=303)
        if study.status is not StudyStatus.OPEN:
            closed = _closed_page(session, participant, wording)
            return context.pages.answer("voting/closed.html", closed)
        page = _vote_page(session, participant.annotator, study, utc_now(), wording=wording)
        if page is None:
            return RedirectResponse(f"/studies/{slug}/phases", status_code=303)
    if refusal is not None:
        page = replace(page, notice=refusal.message)
    # Show submitted values again only if they belong to the same comparison.
    if kept is not None and (refusal is None or refusal.status == Invalid.status or _may_wait(refusal)):
        page = replace(page, kept=kept)
    template = "voting/vote.html" if page.assignment else "voting/done.html"
    return context.pages.answer(template, page, status=refusal.status if refusal else 200)


def _may_wait(refusal: AppError) -> bool:
    return refusal.code == "clips_not_delivered"


def _vote_page(
    session: Session, annotator: Annotator, study: Study, now: datetime, *, wording: StudyWording
) -> VotePage | None:
    """Return the voting page; None if another phase of the study is due."""
    if not is_voting_due(session, study=study, annotator_id=annotator.id):
        return None
    day_ends = None
    try:
        lease = leases.next_assignment(session, annotator=annotator, study=study, now=now)
    except DayLimitReached as limit:
        lease, day_ends = None, limit.until
    progress = lease.progress if lease else progress_of(session, study=study, annotator_id=annotator.id)
    if lease is None and day_ends is None and study.phases is not None:
        end_voting(session, study=study, annotator_id=annotator.id, done=progress.done, now=now)
        return None
    undoable = _undoable(session, annotator)
    return VotePage(
        study_slug=study.slug,
        study_title=study.title,
        instructions=study.instructions or None,
        assignment=assignment_view(session, lease=lease, study=study) if lease else None,
        wording=wording,
        undoable=UndoCard(token=undoable) if undoable else None,
        is_preview=annotator.kind is AnnotatorKind.PREVIEW,
        require_justification=study.require_justification,
        watch_gate=study.watch_gate is WatchGate.DELIVERED,
        lease_s=study.lease_s,
        hours_until_tomorrow=hours_until(day_ends, now),
        done=progress.done,
        remaining=progress.total - progress.done if lease is None else 0,
    )


def _closed_page(session: Session, participant: Participant, wording: StudyWording) -> ClosedPage:
    progress = progress_of(session, study=participant.study, annotator_id=participant.annotator.id)
    return ClosedPage(
        study_slug=participant.study.slug,
        study_title=participant.study.title,
        status=participant.study.status,
        wording=wording,
        done=progress.done,
    )


def _undoable(session: Session, annotator: Annotator) -> str | None:
    """Return the token of the annotator's last vote; None if the vote cannot be undone."""
    last = session.scalar(
        select(Assignment)
        .join(Vote, Vote.assignment_id == Assignment.id)
        .where(Vote.annotator_id == annotator.id)
        .order_by(Vote.id.desc())
        .limit(1)
    )
    return last.token if last and service.can_undo(session, last) else None
