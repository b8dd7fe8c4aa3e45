"""Serves an assignment's image and clips to its annotator."""

from collections.abc import Iterator

from fastapi import APIRouter, Request, Response
from sqlalchemy.orm import Session

from app.clock import utc_now
from app.dependencies import context_of, cookie_of
from app.errors import NotFound, Unavailable
from app.media.padding import ByteRange
from app.media.renditions import RenditionFailed
from app.media.responses import image_answer, video_answer
from app.media.sandbox.client import SandboxBroken
from app.media.store.base import StoreError
from app.security.participants import own_assignment
from app.security.path_params import TokenPath
from app.tables.voting import Assignment
from app.voting.delivery import clip_bytes, served_clip, served_image
from benchmark.protocol import Choice

router = APIRouter(include_in_schema=False)

# Cached nowhere: whoever sits down at this computer next must not find it.
_NOWHERE = "no-store"


@router.get("/media/{token}/image")
def image(token: TokenPath, request: Request) -> Response:
    """Return the input image of an assignment."""
    context = context_of(request)
    with context.database.read() as session:
        served = served_image(session, assignment=_assignment(session, request, token))
    return image_answer(context.store, served.key, served.media_type, cache_control=_NOWHERE)


@router.get("/media/{token}/{stands}")
def clip(token: TokenPath, stands: Choice, request: Request) -> Response:
    """Return the clip standing left or right; both have one length, whatever their files' sizes are."""
    context = context_of(request)
    with context.database.read() as session:
        assignment = _assignment(session, request, token)
        try:
            served = served_clip(session, assignment=assignment, stands=stands, renditions=context.renditions)
            # A lost file is said now, not in the middle of the body.
            context.store.size(served.rendition.media_key)
        except (RenditionFailed, SandboxBroken, StoreError) as error:
            raise Unavailable("This clip cannot be prepared right now. Try again or skip it.") from error

    def read(span: ByteRange) -> Iterator[bytes]:
        return clip_bytes(served, span, store=context.store, database=context.database)

    return video_answer(request, read, served.length, cache_control=_NOWHERE)


def _assignment(session: Session, request: Request, token: str) -> Assignment:
    assignment = own_assignment(session, cookie=cookie_of(request), token=token, now=utc_now())
    if assignment is None:
        raise NotFound("There is no such clip for this browser.")
    return assignment
