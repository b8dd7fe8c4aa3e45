"""Routes of one annotator's history and of the replay of a comparison, for the study's owner only."""

from collections.abc import Iterator
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.annotators.service import find_annotator
from app.authenticated_route import AuthenticatedRoute
from app.capacity import RequestClass
from app.clock import utc_now
from app.dashboard.history import HISTORY, annotator_history, has_deleted_side, playback_events
from app.dashboard.history_view_models import HistoryPage, ReplayPage, playback_lines
from app.dependencies import context_of, page_response, require_own_study
from app.errors import NotFound, Unavailable
from app.limited_routes import limited
from app.media.padding import ByteRange
from app.media.renditions import RenditionFailed
from app.media.responses import image_response, video_response
from app.media.sandbox import SandboxBroken
from app.media.store import StoreError
from app.media.unreadable import unreadable
from app.security.participants import HeldAssignment
from app.security.path_params import PseudonymPath, SlugPath
from app.tables.people import Annotator
from app.tables.studies import Study
from app.tables.voting import Assignment
from app.voting.delivery import RequestedClip, prepare_clip, requested_clip, served_image, unrecorded_bytes
from benchmark.protocol import Choice

router = APIRouter(include_in_schema=False, route_class=AuthenticatedRoute)
IdPath = Annotated[int, Path(ge=1, lt=2**63)]
PAGE_ROWS = 50
_NO_STORE = "no-store"
_DELETED = "A submission of this comparison was deleted, so its clips are not shown. The vote is kept."


@router.get("/studies/{slug}/annotators/{name}/history")
def history(
    slug: SlugPath,
    name: PseudonymPath,
    request: Request,
    cursor: Annotated[str | None, Query(max_length=2000)] = None,
) -> Response:
    """Show every comparison that an annotator got, newest first, each with the annotator's answer."""
    with context_of(request).database.read() as session:
        study, _ = require_own_study(session, request, slug)
        annotator = find_annotator(session, study=study, pseudonym=name)
        found = annotator_history(session, study, annotator, HISTORY.page(limit=PAGE_ROWS, cursor=cursor))
        page = HistoryPage(study.slug, study.title, name, tuple(found.items), found.next_cursor)
    return page_response(request, "dashboard/history.html", page)


@router.get("/studies/{slug}/annotators/{name}/history/{assignment_id}")
def replay(slug: SlugPath, name: PseudonymPath, assignment_id: IdPath, request: Request) -> Response:
    """Show the image, the prompt and both clips as the annotator saw them, with the answer."""
    with context_of(request).database.read() as session:
        study, annotator, assignment = _find(session, request, slug, name, assignment_id)
        just_this = HISTORY.page(limit=1, cursor=HISTORY.cursor((assignment_id + 1,)))
        (item,) = annotator_history(session, study, annotator, just_this).items
        events = playback_events(session, assignment_id)
        withheld = _DELETED if has_deleted_side(session, assignment) else ""
        page = ReplayPage(study.slug, study.title, name, item, playback_lines(events), withheld)
    return page_response(request, "dashboard/replay.html", page)


@router.get("/studies/{slug}/annotators/{name}/history/{assignment_id}/image")
@limited(RequestClass.MEDIA)
def replayed_image(slug: SlugPath, name: PseudonymPath, assignment_id: IdPath, request: Request) -> Response:
    context = context_of(request)
    with context.database.read() as session:
        study, annotator, assignment = _find(session, request, slug, name, assignment_id)
        held = HeldAssignment(assignment, annotator, study, utc_now())
        served = served_image(session, held=held)
    return image_response(
        context.store,
        served.key,
        served.media_type,
        cache_control=_NO_STORE,
        capacity=context.capacities.of(RequestClass.MEDIA),
    )


@router.get("/studies/{slug}/annotators/{name}/history/{assignment_id}/{position}")
async def replayed_clip(
    slug: SlugPath, name: PseudonymPath, assignment_id: IdPath, position: Choice, request: Request
) -> Response:
    """Return a clip byte for byte as the annotator got it; this does not mark the clip as delivered."""
    context = context_of(request)
    media = context.capacities.of(RequestClass.MEDIA)
    requested = await media.run(_find_clip, request, slug, name, assignment_id, position)
    try:
        served = await context.capacities.of(RequestClass.RENDITIONS).run(
            partial(prepare_clip, requested, cache=context.renditions)
        )

        def read(span: ByteRange) -> Iterator[bytes]:
            return unrecorded_bytes(served, span, store=context.store)

        respond = partial(video_response, cache_control=_NO_STORE, capacity=media)
        return await media.run(respond, request, read, served.length)
    except (RenditionFailed, SandboxBroken) as error:
        raise Unavailable("This clip cannot be prepared right now.") from error
    except StoreError as error:
        raise unreadable("This clip", error) from error


def _find_clip(request: Request, slug: str, name: str, assignment_id: int, position: Choice) -> RequestedClip:
    with context_of(request).database.read() as session:
        study, annotator, assignment = _find(session, request, slug, name, assignment_id)
        if has_deleted_side(session, assignment):
            raise NotFound(_DELETED)
        held = HeldAssignment(assignment, annotator, study, utc_now())
        return requested_clip(session, held=held, position=position)


def _find(
    session: Session, request: Request, slug: str, name: str, assignment_id: int
) -> tuple[Study, Annotator, Assignment]:
    """Return an assignment of an annotator in one of the owner's studies.

    Raises:
        NotFound: the annotator got no such assignment.
    """
    study, _ = require_own_study(session, request, slug)
    annotator = find_annotator(session, study=study, pseudonym=name)
    assignment = session.scalar(
        select(Assignment).where(Assignment.id == assignment_id, Assignment.annotator_id == annotator.id)
    )
    if assignment is None:
        raise NotFound("This annotator got no such comparison.")
    return study, annotator, assignment
