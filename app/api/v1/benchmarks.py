"""Benchmarks over REST: what there is to animate. Open to anyone: a benchmark is public by nature."""

from typing import Annotated

from fastapi import Query, Request, Response
from sqlalchemy import select

from app.api.v1.json_router import api_router
from app.benchmarks.queries import benchmark_response, pairs_page
from app.benchmarks.service import find_benchmark, newest_benchmarks
from app.capacity import RequestClass
from app.dependencies import context_of
from app.errors import NotFound
from app.media.responses import image_response
from app.security.path_params import PairIdPath, SlugPath
from app.tables.bench import Pair
from benchmark.wire.benchmarks import BenchmarkResponse, PairsResponse

router = api_router("benchmarks", is_for_people=False)
FOR_A_DAY = "public, max-age=86400"


@router.get("/benchmarks")
def list_benchmarks(request: Request) -> list[BenchmarkResponse]:
    """Return the newest version of each benchmark."""
    with context_of(request).database.read() as session:
        return [benchmark_response(session, row) for row in newest_benchmarks(session)]


@router.get("/benchmarks/{slug}")
def get_benchmark(slug: SlugPath, request: Request) -> BenchmarkResponse:
    with context_of(request).database.read() as session:
        return benchmark_response(session, find_benchmark(session, slug=slug))


@router.get("/benchmarks/{slug}/pairs")
def list_pairs(
    slug: SlugPath,
    request: Request,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    cursor: Annotated[str | None, Query(pattern=r"^\d{1,9}$")] = None,
) -> PairsResponse:
    """Return pairs in the benchmark's order; `next_cursor` leads on, null at the end."""
    with context_of(request).database.read() as session:
        benchmark = find_benchmark(session, slug=slug)
        return pairs_page(session, benchmark, first=int(cursor or 0), limit=limit)


@router.get("/benchmarks/{slug}/pairs/{pair_id}/image", response_class=Response)
def get_image(slug: SlugPath, pair_id: PairIdPath, request: Request) -> Response:
    context = context_of(request)
    with context.database.read() as session:
        benchmark = find_benchmark(session, slug=slug)
        pair = session.scalar(select(Pair).where(Pair.benchmark_id == benchmark.id, Pair.name == pair_id))
        if pair is None:
            raise NotFound("This benchmark has no such pair.", code="unknown_pair")
    return image_response(
        context.store,
        pair.image_key,
        pair.image_type,
        cache_control=FOR_A_DAY,
        capacity=context.capacities.of(RequestClass.MEDIA),
    )
