"""Reads benchmarks and pairs from the database, and returns the response objects of the REST API."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.benchmarks.profile import benchmark_shape
from app.benchmarks.service import find_benchmark, newest_versions
from app.cursors import KeyType, ListOrder, PageRequest
from app.security.identity import Principal
from app.tables.bench import Benchmark, Pair
from benchmark.protocol import Visibility
from benchmark.wire.benchmarks import BenchmarkResponse, BenchmarksResponse, PairResponse, PairsResponse

BENCHMARKS = ListOrder("benchmarks", (KeyType.TEXT,))
# The cursor of a list of pairs names the benchmark's version. If a new version is imported, the remaining
# pages of the list still show the old version.
PAIRS = ListOrder("pairs", (KeyType.INTEGER, KeyType.INTEGER))


@dataclass(frozen=True)
class PairFilter:
    """Filter of the list of pairs. A field with the value None matches all pairs."""

    scenario: str | None = None
    image: str | None = None


def benchmarks_page(
    session: Session, *, principal: Principal | None, visibility: Visibility | None, page: PageRequest
) -> BenchmarksResponse:
    """Return a page of the newest versions of benchmarks, sorted by slug."""
    query = newest_versions(principal)
    if visibility is not None:
        query = query.where(Benchmark.visibility == visibility)
    if page.after is not None:
        query = query.where(Benchmark.slug > page.after[0])
    found = page.cut(session.scalars(query.limit(page.fetched)).all(), lambda row: (row.slug,))
    return BenchmarksResponse(
        benchmarks=[benchmark_response(session, row) for row in found.rows], next_cursor=found.next_cursor
    )


def benchmark_response(session: Session, benchmark: Benchmark) -> BenchmarkResponse:
    shape = benchmark_shape(session, benchmark)
    return BenchmarkResponse(
        slug=benchmark.slug,
        version=benchmark.version,
        visibility=benchmark.visibility,
        title=benchmark.title,
        source=benchmark.source,
        licence=benchmark.licence,
        content_hash=benchmark.content_hash,
        pairs=shape.pairs,
        images=shape.images,
        prompts=shape.prompts,
        scenarios=shape.scenarios,
    )


def pairs_page(
    session: Session, slug: str, *, principal: Principal | None, wanted: PairFilter, page: PageRequest
) -> PairsResponse:
    """Return a page of the pairs of a benchmark, in the benchmark's order.

    Raises:
        NotFound: there is no such benchmark, or the person or visitor may not see it.
    """
    version, position = page.after or (None, -1)
    benchmark = find_benchmark(session, slug, int(version) if version else None, principal=principal)
    query = select(Pair).where(Pair.benchmark_id == benchmark.id, Pair.position > position)
    if wanted.scenario is not None:
        query = query.where(Pair.scenario == wanted.scenario)
    if wanted.image is not None:
        query = query.where(Pair.image == wanted.image)
    rows = session.scalars(query.order_by(Pair.position).limit(page.fetched)).all()
    found = page.cut(rows, lambda row: (benchmark.version, row.position))
    return PairsResponse(
        pairs=[_pair_response(benchmark.slug, row) for row in found.rows], next_cursor=found.next_cursor
    )


def _pair_response(slug: str, pair: Pair) -> PairResponse:
    return PairResponse(
        pair_id=pair.name,
        image=pair.image,
        prompt=pair.prompt,
        scenario=pair.scenario,
        tags=pair.shown_tags,
        image_url=f"/api/v1/benchmarks/{slug}/pairs/{pair.name}/image",
    )
