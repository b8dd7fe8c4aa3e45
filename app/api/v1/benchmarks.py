"""REST routes of benchmarks. Reading a private benchmark requires the key of a person who may see it."""

from typing import Annotated

from fastapi import Query, Request, Response
from sqlalchemy import select

from app.api.v1.json_router import OPTIONAL_KEY, api_router
from app.benchmarks.queries import benchmark_response, pairs_page
from app.benchmarks.service import find_benchmark, newest_benchmarks
from app.capacity import RequestClass
from app.dependencies import context_of, optional_person
from app.errors import NotFound
from app.media.responses import image_response
from app.security.path_params import PairIdPath, SlugPath
from app.tables.bench import Benchmark, Pair
from benchmark.protocol import Visibility
from benchmark.wire.benchmarks import BenchmarkResponse, PairsResponse

router = api_router("benchmarks", is_for_people=False)
_FOR_A_DAY = "max-age=86400"


@router.get("/benchmarks", openapi_extra=OPTIONAL_KEY)
def list_benchmarks(request: Request) -> list[BenchmarkResponse]:
    """Return the newest version of each benchmark."""
    with context_of(request).database.read() as session:
        principal = optional_person(session, request)
        return [benchmark_response(session, row) for row in newest_benchmarks(session, principal=principal)]


@router.get("/benchmarks/{slug}", openapi_extra=OPTIONAL_KEY)
def get_benchmark(slug: SlugPath, request: Request) -> BenchmarkResponse:
    with context_of(request).database.read() as session:
        benchmark = find_benchmark(session, slug, principal=optional_person(session, request))
        return benchmark_response(session, benchmark)


@router.get("/benchmarks/{slug}/pairs", openapi_extra=OPTIONAL_KEY)
def list_pairs(
    slug: SlugPath,
    request: Request,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    cursor: Annotated[str | None, Query(pattern=r"^\d{1,9}$")] = None,
) -> PairsResponse:
    """Return pairs in the benchmark's order.

    `next_cursor` requests the next page; it is null on the last page.
    """
    with context_of(request).database.read() as session:
        benchmark = find_benchmark(session, slug, principal=optional_person(session, request))
        return pairs_page(session, benchmark, first=int(cursor or 0), limit=limit)


@router.get("/benchmarks/{slug}/pairs/{pair_id}/image", response_class=Response, openapi_extra=OPTIONAL_KEY)
def get_image(slug: SlugPath, pair_id: PairIdPath, request: Request) -> Response:
    context = context_of(request)
    with context.database.read() as session:
        benchmark = find_benchmark(session, slug, principal=optional_person(session, request))
        pair = session.scalar(select(Pair).where(Pair.benchmark_id == benchmark.id, Pair.name == pair_id))
        if pair is None:
            raise NotFound("This benchmark has no such pair.", code="unknown_pair")
    return image_response(
        context.store,
        pair.image_key,
        pair.image_type,
        cache_control=image_cache_control(benchmark),
        capacity=context.capacities.of(RequestClass.MEDIA),
    )


def image_cache_control(benchmark: Benchmark) -> str:
    """Return the Cache-Control header of an image; only the browser may cache an image that is not public."""
    is_public = benchmark.visibility is Visibility.PUBLIC
    return f"{'public' if is_public else 'private'}, {_FOR_A_DAY}"
