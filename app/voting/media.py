"""Serves an assignment's image and clips to its annotator, with a fixed header set.

No ETag, Last-Modified or file name: a model's 320 clips, uploaded in one batch, could be grouped by them.
"""

from fastapi import APIRouter, Request, Response
from sqlalchemy.orm import Session
from starlette.responses import StreamingResponse

from app.clock import utc_now
from app.errors import NotFound, Unavailable
from app.media.padding import ByteRange, parse_range
from app.media.renditions import RenditionFailed
from app.media.sandbox import SandboxBroken
from app.media.store import StoreError
from app.security.asking import cookie_of, installation_of
from app.security.participants import own_assignment
from app.security.paths import TokenPath
from app.tables.voting import Assignment
from app.voting.delivery import clip_bytes, served_clip, served_image
from benchmark.protocol import Choice

router = APIRouter(include_in_schema=False)

# Cached nowhere: whoever sits down at this computer next must not find it.
_HEADERS = {"Cache-Control": "no-store", "Accept-Ranges": "bytes"}


@router.get("/media/{token}/image")
def image(token: TokenPath, request: Request) -> Response:
    """Return the input image of an assignment."""
    installation = installation_of(request)
    with installation.database.read() as session:
        served = served_image(session, assignment=_assignment(session, request, token))
    try:
        size = installation.store.size(served.key)
        body = installation.store.read_range(served.key, 0, size)
    except StoreError as error:
        raise Unavailable("The image cannot be read right now.") from error
    headers = {"Cache-Control": "no-store", "Content-Length": str(size)}
    return StreamingResponse(body, media_type=served.media_type, headers=headers)


@router.get("/media/{token}/{stands}")
def clip(token: TokenPath, stands: Choice, request: Request) -> Response:
    """Return the clip standing left or right; both have one length, whatever their files' sizes are."""
    installation = installation_of(request)
    with installation.database.read() as session:
        assignment = _assignment(session, request, token)
        try:
            served = served_clip(
                session, assignment=assignment, stands=stands, renditions=installation.renditions
            )
            installation.store.size(
                served.rendition.media_key
            )  # lost: said now, not in the middle of the body
        except (RenditionFailed, SandboxBroken, StoreError) as error:
            raise Unavailable("This clip cannot be prepared right now. Try again or skip it.") from error
    asked = parse_range(request.headers.get("range"), served.length)
    span = asked or ByteRange(0, served.length)
    headers = {**_HEADERS, "Content-Length": str(span.stop - span.start)}
    if asked:
        headers["Content-Range"] = f"bytes {asked.start}-{asked.stop - 1}/{served.length}"
    body = clip_bytes(served, span, store=installation.store, database=installation.database)
    return StreamingResponse(body, status_code=206 if asked else 200, media_type="video/mp4", headers=headers)


def _assignment(session: Session, request: Request, token: str) -> Assignment:
    assignment = own_assignment(session, cookie=cookie_of(request), token=token, now=utc_now())
    if assignment is None:
        raise NotFound("There is no such clip for this browser.")
    return assignment
