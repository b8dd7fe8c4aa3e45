"""Routes of the gallery, which serve a benchmark's images, the page of a pair, thumbnails and clips."""

from collections.abc import Iterator
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from app.benchmarks.service import find_benchmark
from app.capacity import RequestClass
from app.clock import utc_now
from app.dependencies import context_of, optional_person, page_response, require_reader, visitor_of
from app.gallery.queries import Filter, final_clip, gallery_page, image_is_public, pair_page
from app.gallery.thumbnails import thumbnail
from app.limited_routes import limited
from app.media.padding import ByteRange
from app.media.responses import video_response
from app.media.store import StoreError, content_key
from app.media.thumbnail_urls import LARGE, TILE, ThumbnailWidth
from app.media.unreadable import unreadable
from app.security.path_params import PairIdPath, PublicIdPath, Sha256Path, SlugPath
from app.tables.submissions import Clip
from benchmark.wire.common import MAX_SEED

router = APIRouter(include_in_schema=False)


@router.get("/gallery/{slug}")
def gallery(
    slug: SlugPath,
    request: Request,
    text: Annotated[str, Query(max_length=200)] = "",
    scenario: Annotated[str, Query(max_length=100)] = "",
    hard_case: Annotated[str, Query(max_length=100)] = "",
    page: Annotated[int, Query(ge=1, le=10_000)] = 1,
) -> Response:
    """Show a benchmark's images and prompts. Everybody may see a public benchmark."""
    context = context_of(request)
    with context.database.read() as session:
        benchmark = find_benchmark(session, slug, principal=optional_person(session, request))
        built = gallery_page(session, benchmark, Filter(text.strip(), scenario, hard_case), page=page)
    return page_response(request, "gallery/gallery.html", built)


@router.get("/gallery/{slug}/{pair_id}")
def pair(slug: SlugPath, pair_id: PairIdPath, request: Request) -> Response:
    """Show one pair; signed-in people also see the pair's clips and the names of the models.

    A visitor may be an annotator. If annotators knew a clip's model, a running study would no longer be
    blind.
    """
    context = context_of(request)
    with context.database.read() as session:
        principal = optional_person(session, request)
        benchmark = find_benchmark(session, slug, principal=principal)
        page = pair_page(session, benchmark, pair_id, principal=principal)
    return page_response(request, "gallery/pair.html", page)


@router.get("/gallery/{slug}/{pair_id}/clips/{submission_id}")
@limited(RequestClass.MEDIA)
def clip(
    slug: SlugPath,
    pair_id: PairIdPath,
    submission_id: PublicIdPath,
    request: Request,
    seed: Annotated[int, Query(ge=0, le=MAX_SEED)] = 0,
) -> Response:
    """Return a clip as submitted, or the requested byte range of the clip."""
    context = context_of(request)
    with context.database.read() as session:
        principal = require_reader(session, request, now=utc_now())
        found = final_clip(
            session,
            slug,
            pair_id=pair_id,
            submission_id=submission_id,
            seed=seed,
            principal=principal,
            visitor=visitor_of(request),
        )
    return _clip_answer(request, found)


@router.get(f"/thumbnails/{{sha256}}-{TILE}.webp")
def tile_thumbnail(sha256: Sha256Path, request: Request) -> Response:
    return _thumbnail_response(request, sha256, TILE)


@router.get(f"/thumbnails/{{sha256}}-{LARGE}.webp")
def large_thumbnail(sha256: Sha256Path, request: Request) -> Response:
    return _thumbnail_response(request, sha256, LARGE)


def _thumbnail_response(request: Request, sha256: str, width: ThumbnailWidth) -> Response:
    context = context_of(request)
    with context.database.read() as session:
        is_public = image_is_public(session, sha256, principal=optional_person(session, request))
    webp = thumbnail(context, sha256=sha256, width=width)
    # The browser may cache every image that it receives; a shared cache may store only public images.
    keep = "public" if is_public else "private"
    return Response(
        webp, media_type="image/webp", headers={"Cache-Control": f"{keep}, max-age=31536000, immutable"}
    )


def _clip_answer(request: Request, clip: Clip) -> Response:
    store = context_of(request).store
    key = content_key("clips", clip.sha256)

    def read(span: ByteRange) -> Iterator[bytes]:
        return store.read_range(key, span.start, span.stop)

    try:
        return video_response(
            request,
            read,
            clip.bytes,
            cache_control="private, max-age=3600",
            capacity=context_of(request).capacities.of(RequestClass.MEDIA),
        )
    except StoreError as error:
        raise unreadable("This clip", error) from error
