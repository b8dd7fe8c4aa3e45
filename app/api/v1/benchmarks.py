"""REST routes of benchmarks.

Reading a private benchmark requires the key of a person who may see the benchmark.
"""

from fastapi import Request, Response
from sqlalchemy import select

from app.api.v1.error_responses import errors
from app.api.v1.json_router import OPTIONAL_KEY, api_router
from app.api.v1.list_parameters import ListQuery, NameQuery
from app.benchmarks.queries import (
    BENCHMARKS,
    PAIRS,
    PairFilter,
    benchmark_response,
    benchmarks_page,
    pairs_page,
)
from app.benchmarks.service import find_benchmark
from app.capacity import RequestClass
from app.dependencies import context_of, optional_person
from app.errors import NotFound
from app.limited_routes import limited
from app.media.responses import image_response
from app.security.path_params import PairIdPath, SlugPath
from app.tables.bench import Benchmark, Pair
from benchmark.protocol import Visibility
from benchmark.wire.benchmarks import BenchmarkResponse, BenchmarksResponse, PairsResponse

router = api_router("benchmarks", is_for_people=False)
_FOR_A_DAY = "max-age=86400"


@router.get(
    "/benchmarks",
    openapi_extra=OPTIONAL_KEY,
    responses=errors("401 wrong_key", "403 missing_scope", "422 invalid_cursor"),
)
def list_benchmarks(
    request: Request, listing: ListQuery, visibility: Visibility | None = None
) -> BenchmarksResponse:
    """Return the newest version of each benchmark, sorted by slug."""
    page = listing.page_of(BENCHMARKS)
    with context_of(request).database.read() as session:
        principal = optional_person(session, request)
        return benchmarks_page(session, principal=principal, visibility=visibility, page=page)


@router.get(
    "/benchmarks/{slug}",
    openapi_extra=OPTIONAL_KEY,
    responses=errors("401 wrong_key", "403 missing_scope", "404 unknown_benchmark"),
)
def get_benchmark(slug: SlugPath, request: Request) -> BenchmarkResponse:
    with context_of(request).database.read() as session:
        benchmark = find_benchmark(session, slug, principal=optional_person(session, request))
        return benchmark_response(session, benchmark)


@router.get(
    "/benchmarks/{slug}/pairs",
    openapi_extra=OPTIONAL_KEY,
    responses=errors("401 wrong_key", "403 missing_scope", "404 unknown_benchmark", "422 invalid_cursor"),
)
def list_pairs(
    slug: SlugPath,
    request: Request,
    listing: ListQuery,
    scenario: NameQuery = None,
    image: NameQuery = None,
) -> PairsResponse:
    """Return the pairs of a benchmark's newest version, in the benchmark's order.

    All pages of one listing show the same version, even if a new version is imported meanwhile.
    """
    page = listing.page_of(PAIRS)
    with context_of(request).database.read() as session:
        principal = optional_person(session, request)
        wanted = PairFilter(scenario, image)
        return pairs_page(session, slug, principal=principal, wanted=wanted, page=page)


@router.get(
    "/benchmarks/{slug}/pairs/{pair_id}/image",
    response_class=Response,
    openapi_extra=OPTIONAL_KEY,
    responses=errors("401 wrong_key", "403 missing_scope", "404 unknown_benchmark unknown_pair"),
)
@limited(RequestClass.MEDIA)
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
