"""Reads benchmarks as the REST API sends them."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.benchmarks.service import benchmark_shape
from app.tables.bench import Benchmark, Pair
from benchmark.wire.benchmarks import BenchmarkResponse, PairResponse, PairsResponse


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


def pairs_page(session: Session, benchmark: Benchmark, *, first: int, limit: int) -> PairsResponse:
    """Return up to `limit` pairs in the benchmark's order, starting at position `first`."""
    rows = session.scalars(
        select(Pair)
        .where(Pair.benchmark_id == benchmark.id, Pair.position >= first)
        .order_by(Pair.position)
        .limit(limit + 1)
    ).all()
    more = rows[limit].position if len(rows) > limit else None
    return PairsResponse(
        pairs=[_pair_response(benchmark.slug, row) for row in rows[:limit]],
        next_cursor=None if more is None else str(more),
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
