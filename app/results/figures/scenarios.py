"""Draws all scenarios of a benchmark as one figure. The sandbox decodes the input images."""

from collections import defaultdict
from dataclasses import dataclass

from sqlalchemy import select

from app.benchmarks.service import find_benchmark
from app.context import AppContext
from app.media.frames import FramesUnreadable, Pixels, image_pixels
from app.media.store import StoreError
from app.media.unreadable import unreadable
from app.results.figures.study import drawing
from app.security.identity import Principal
from app.tables.bench import Pair
from benchmark.exports.figures.kinds import FigureFormat
from benchmark.exports.figures.scenarios import ScenarioExample, ScenariosFigure, scenarios_figure
from benchmark.exports.figures.writer import figure_file

MAX_WIDTH = 240  # pixels per image, about 220 dpi


@dataclass(frozen=True)
class ScenariosPlan:
    """The contents of the figure: a benchmark's pairs, grouped by scenario, in the benchmark's order."""

    title: str
    scenarios: tuple[tuple[Pair, ...], ...]


def scenes_file(context: AppContext, *, slug: str, principal: Principal, file_format: FigureFormat) -> bytes:
    """Return a figure that shows the scenarios of a benchmark's newest version, as a file.

    Raises:
        NotFound: the benchmark does not exist.
        Conflict: the benchmark has too many scenarios for one sheet.
        Unavailable: an image cannot be read, or too many figures are being drawn.
    """
    plan = _plan(context, slug, principal)
    with drawing():
        return figure_file(_figure(context, plan), file_format)


def _plan(context: AppContext, slug: str, principal: Principal) -> ScenariosPlan:
    with context.database.read() as session:
        benchmark = find_benchmark(session, slug, principal=principal)
        by_scenario: defaultdict[str, list[Pair]] = defaultdict(list)
        query = select(Pair).where(Pair.benchmark_id == benchmark.id).order_by(Pair.position)
        for pair in session.scalars(query):
            by_scenario[pair.scenario].append(pair)
        return ScenariosPlan(benchmark.title, tuple(map(tuple, by_scenario.values())))


def _figure(context: AppContext, plan: ScenariosPlan) -> ScenariosFigure:
    try:
        examples = [_example(context, pairs) for pairs in plan.scenarios]
    except (StoreError, FramesUnreadable) as error:
        raise unreadable("An image of this benchmark", error) from error
    return scenarios_figure(plan.title, examples)


def _example(context: AppContext, pairs: tuple[Pair, ...]) -> ScenarioExample:
    first = pairs[0]
    return ScenarioExample(
        scenario=first.scenario,
        pair=first.name,
        prompt=first.prompt,
        images=len({pair.image for pair in pairs}),
        pairs=len(pairs),
        pixels=_pixels(context, first),
    )


def _pixels(context: AppContext, pair: Pair) -> Pixels:
    store = context.store
    with store.open_local(pair.image_key) as image, store.private_file() as target:
        return image_pixels(image, target, max_width=MAX_WIDTH, sandbox=context.sandbox)
