"""Counts pairs, images, prompts and scenarios; compares them with the official counts."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.tables.bench import Benchmark, Pair
from app.tables.studies import Study
from benchmark.protocol import StudyKind


@dataclass(frozen=True)
class BenchmarkShape:
    """The size of a benchmark.

    `images_per_scenario` has two numbers: the fewest and the most images that a scenario has.
    """

    pairs: int
    images: int
    prompts: int
    scenarios: int
    images_per_scenario: tuple[int, int]


# arXiv:2412.16153, section 4. The paper says 3-5 images per scenario; the released table has one scenario
# with 6.
OFFICIAL_SHAPE = BenchmarkShape(pairs=320, images=88, prompts=133, scenarios=22, images_per_scenario=(3, 6))


def benchmark_shape(session: Session, benchmark: Benchmark) -> BenchmarkShape:
    return benchmark_shapes(session, [benchmark.id])[benchmark.id]


def benchmark_shapes(session: Session, benchmark_ids: Collection[int]) -> Mapping[int, BenchmarkShape]:
    """Return the numbers of pairs, images and prompts of several benchmarks, keyed by the benchmark's ID."""
    images = func.count(Pair.image.distinct())
    counted = session.execute(
        select(
            Pair.benchmark_id,
            func.count().label("pairs"),
            images.label("images"),
            func.count(Pair.prompt.distinct()).label("prompts"),
            func.count(Pair.scenario.distinct()).label("scenarios"),
        )
        .where(Pair.benchmark_id.in_(benchmark_ids))
        .group_by(Pair.benchmark_id)
    ).all()
    per_scenario: defaultdict[int, list[int]] = defaultdict(list)
    for benchmark_id, number in session.execute(
        select(Pair.benchmark_id, images)
        .where(Pair.benchmark_id.in_(benchmark_ids))
        .group_by(Pair.benchmark_id, Pair.scenario)
    ):
        per_scenario[benchmark_id].append(number)
    return {
        row.benchmark_id: BenchmarkShape(
            pairs=row.pairs,
            images=row.images,
            prompts=row.prompts,
            scenarios=row.scenarios,
            images_per_scenario=(min(per_scenario[row.benchmark_id]), max(per_scenario[row.benchmark_id])),
        )
        for row in counted
    }


@dataclass(frozen=True)
class BenchmarkProfile:
    """The row of a benchmark in the paper's Table 1.

    Attributes:
        media, texts: the numbers of unique images and of unique prompts.
        text_driven: whether at least one image has several prompts, so that the text decides the motion.
        evaluation: `human` if this service has a human study of any version of the benchmark; otherwise
            `none`.
    """

    slug: str
    version: int
    pairs: int
    media: int
    texts: int
    type: str
    text_driven: str
    evaluation: str


def benchmark_profile(session: Session, benchmark: Benchmark) -> BenchmarkProfile:
    """Return a benchmark's row of the paper's Table 1."""
    shape = benchmark_shape(session, benchmark)
    several = session.scalar(
        select(Pair.image)
        .where(Pair.benchmark_id == benchmark.id)
        .group_by(Pair.image)
        .having(func.count(Pair.prompt.distinct()) > 1)
        .limit(1)
    )
    versions = select(Benchmark.id).where(Benchmark.slug == benchmark.slug)
    study = session.scalar(
        select(Study.id).where(Study.kind == StudyKind.HUMAN, Study.benchmark_id.in_(versions)).limit(1)
    )
    return BenchmarkProfile(
        slug=benchmark.slug,
        version=benchmark.version,
        pairs=shape.pairs,
        media=shape.images,
        texts=shape.prompts,
        type="image-text",
        text_driven="no" if several is None else "yes",
        evaluation="none" if study is None else "human",
    )


def differences_from_official(shape: BenchmarkShape) -> list[str]:
    """Return one line for each count, for example of pairs, that differs from the official benchmark."""
    return [
        f"{getattr(shape, count)} {count}, TI2V Bench has {getattr(OFFICIAL_SHAPE, count)}"
        for count in ("pairs", "images", "prompts", "scenarios")
        if getattr(shape, count) != getattr(OFFICIAL_SHAPE, count)
    ]
