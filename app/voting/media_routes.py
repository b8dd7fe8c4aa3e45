"""Serves the image and the clips of an assignment to the annotator."""

from collections.abc import Iterator
from functools import partial

from fastapi import APIRouter, Request, Response

from app.capacity import RequestClass
from app.cookies import annotator_cookie_of
from app.dependencies import context_of
from app.errors import Unavailable
from app.limited_routes import limited_route
from app.media.padding import ByteRange
from app.media.renditions import RenditionFailed
from app.media.responses import image_response, video_response
from app.media.sandbox import SandboxBroken
from app.media.store import MediaDamaged, MediaMissing, StoreError
from app.security.participants import find_assignment
from app.security.path_params import TokenPath
from app.voting.delivery import (
    RequestedClip,
    ServedClip,
    clip_bytes,
    prepare_again,
    prepare_clip,
    requested_clip,
    served_image,
)
from benchmark.protocol import Choice

router = APIRouter(include_in_schema=False, route_class=limited_route(RequestClass.MEDIA))

# On a shared computer, the next person must not find the media in the browser's cache.
_NO_STORE = "no-store"


@router.get("/media/{token}/image")
def image(token: TokenPath, request: Request) -> Response:
    """Return the input image of an assignment."""
    context = context_of(request)
    with context.database.read() as session:
        held = find_assignment(session, cookie=annotator_cookie_of(request), token=token)
        served = served_image(session, held=held)
    return image_response(
        context.store,
        served.key,
        served.media_type,
        cache_control=_NO_STORE,
        capacity=context.capacities.of(RequestClass.MEDIA),
    )


@router.get("/media/{token}/{position}")
async def clip(token: TokenPath, position: Choice, request: Request) -> Response:
    """Return the left or right clip of an assignment.

    The server sends the same number of bytes for both clips. The request occupies a rendition thread only if
    a clip must be transcoded. A rendition that the store has lost or damaged is made again.
    """
    context = context_of(request)
    media, transcodes = (
        context.capacities.of(each) for each in (RequestClass.MEDIA, RequestClass.RENDITIONS)
    )
    requested = await media.run(_find_clip, request, token, position)
    prepare = partial(prepare_clip, requested, cache=context.renditions)

    async def respond(served: ServedClip) -> Response:
        def read(span: ByteRange) -> Iterator[bytes]:
            return clip_bytes(served, span, store=context.store, database=context.database)

        video = partial(video_response, cache_control=_NO_STORE, capacity=media)
        return await media.run(video, request, read, served.length)

    try:
        try:
            return await respond(prepare() if requested.is_prepared else await transcodes.run(prepare))
        except (MediaMissing, MediaDamaged):
            served = await transcodes.run(prepare_again, requested, cache=context.renditions)
            return await respond(served)
    except (RenditionFailed, SandboxBroken, StoreError) as error:
        raise Unavailable("This clip cannot be prepared right now. Try again, or skip it.") from error


def _find_clip(request: Request, token: str, position: Choice) -> RequestedClip:
    with context_of(request).database.read() as session:
        held = find_assignment(session, cookie=annotator_cookie_of(request), token=token)
        return requested_clip(session, held=held, position=position)
