"""Figures of small synthetic studies."""

import io
import re
import xml.etree.ElementTree as ET
from dataclasses import fields

import numpy as np
from PIL import Image

from benchmark.exports.figures.grids import GridFigure, grid_figure
from benchmark.exports.figures.kinds import FigureFormat
from benchmark.exports.figures.metric_agreement import MetricAgreementFigure, metric_agreement_figure
from benchmark.exports.figures.names import FigureNames
from benchmark.exports.figures.preferences import PreferencesFigure, preferences_figure
from benchmark.exports.figures.scenarios import ScenarioExample, ScenariosFigure, scenarios_figure
from benchmark.exports.figures.strips import StripFigure, StripRow, evenly_spaced, strip_figure
from benchmark.exports.figures.writer import PaperFigure, figure_file
from benchmark.protocol import Direction
from benchmark.stats.breakdowns import Division
from benchmark.stats.preferences import preferences
from benchmark.stats.tallies import Tallies
from benchmark.stats.votes import Matchup
from benchmark.votes.metric_agreement import MetricAgreementRow
from tests.benchmark.made_votes import tallies_from_columns

SPECIALS = r"50% & <b>$x^2$</b> a_b #{~} \input" + 30 * "x"
DRAWN = (FigureFormat.SVG, FigureFormat.PDF, FigureFormat.PNG)


def study(
    panels: list[tuple[int, int]], *, others: int = 1, scenarios: int = 2
) -> tuple[Tallies, list[Matchup]]:
    """Return a study in which every matchup has these panels of (reference, other) votes."""
    matchups = [Matchup(f"motif:other{n:02}", "motif", f"other{n:02}", "demo") for n in range(others)]
    count = len(panels) * others
    tallies = tallies_from_columns(
        matchup=[n for n in range(others) for _ in panels],
        pair=[f"pair{n}" for n in range(len(panels))] * others,
        scenario=[f"scene_{n % scenarios:02}" for n in range(len(panels))] * others,
        votes_reference=[reference for reference, _ in panels] * others,
        votes_other=[other for _, other in panels] * others,
        reasons=[[min(1, reference), min(1, other)] * 4 for reference, other in panels] * others,
    )
    assert len(tallies) == count
    return tallies, matchups


def names(matchups: list[Matchup], **known: str) -> FigureNames:
    return FigureNames.of(matchups, {"motif": "MotiF", **known})


def preferred(
    panels: list[tuple[int, int]], *, others: int = 1, interim: bool = False, **known: str
) -> PreferencesFigure:
    tallies, matchups = study(panels, others=others)
    rows = preferences(tallies, matchups, interim=interim)
    return preferences_figure(rows, names(matchups, **known), interim=interim)


def grid(
    panels: list[tuple[int, int]], *, others: int = 1, scenarios: int = 2, interim: bool = False
) -> GridFigure:
    tallies, matchups = study(panels, others=others, scenarios=scenarios)
    return grid_figure(tallies, matchups, names(matchups), Division.SCENARIO, interim=interim)


def strips(
    *, prompt: str = "the kite rises", models: int = 2, frames: tuple[int, ...] = (16, 16)
) -> StripFigure:
    rows = [
        StripRow(
            side=f"model{n}",
            name=f"Model {n}",
            sha256=f"{n:064}",
            frames=np.full((4, 24, 32, 3), 40 * n % 255, np.uint8),
            numbers=evenly_spaced(frames[n % len(frames)], 4),
            of=frames[n % len(frames)],
        )
        for n in range(models)
    ]
    image = np.full((24, 32, 3), 128, np.uint8)
    return strip_figure(pair="kite1_the_kite_rises", prompt=prompt, image=image, strips=rows)


def scenes(*, count: int = 8) -> ScenariosFigure:
    """Return a figure of scenarios with alternating wide and tall images."""
    shapes = [(24, 32, 3), (32, 24, 3)]
    made = [
        ScenarioExample(
            f"scene_{n}", f"pair{n}", "the kite rises", 2, n + 1, np.full(shapes[n % 2], 90, np.uint8)
        )
        for n in range(count)
    ]
    return scenarios_figure("TI2V Bench", made)


def metric_row(metric: str, accuracy: float | None = 60.0, **values: object) -> MetricAgreementRow:
    known = dict.fromkeys(field.name for field in fields(MetricAgreementRow))
    known |= {"suite": "motion", "metric": metric, "direction": Direction.LOWER}
    known |= {"division": Division.WHOLE, "part": "all", "comparisons": 40, "ties": 0, "static_clips": 0}
    return MetricAgreementRow(**(known | {"accuracy": accuracy} | values))


def metric_figure(*, interim: bool = False) -> MetricAgreementFigure:
    """Return a figure of three metrics: one has no interval, one has no direction, two have static clips."""
    static = {"static_clips": 40, "ci_low": 45.0, "ci_high": 72.5}
    rows = [
        metric_row("cuts", 48.8, prefers_static=10.0, **static),
        metric_row("mean_flow", 61.3, prefers_static=0.0, direction=Direction.NONE, **static),
        metric_row("image_cosine", 37.5, suite="animate-bench", comparisons=36),
    ]
    return metric_agreement_figure(rows, interim=interim)


def texts(figure: PaperFigure) -> list[str]:
    """Return all texts of a figure's SVG, in the order of the file."""
    return texts_of_svg(figure_file(figure, FigureFormat.SVG))


def texts_of_svg(svg: bytes) -> list[str]:
    root = ET.fromstring(svg)
    return ["".join(node.itertext()).strip() for node in root.iter("{http://www.w3.org/2000/svg}text")]


def picture(figure: PaperFigure) -> Image.Image:
    return Image.open(io.BytesIO(figure_file(figure, FigureFormat.PNG)))


def pdf(figure: PaperFigure) -> bytes:
    return figure_file(figure, FigureFormat.PDF)


def csv_lines(figure: PaperFigure) -> list[str]:
    return figure_file(figure, FigureFormat.CSV).decode().splitlines()


def text_spans(figure: PaperFigure) -> list[tuple[float, float]]:
    """Return the position (x, y) of every text in the SVG."""
    svg = figure_file(figure, FigureFormat.SVG).decode()
    return [(float(x), float(y)) for x, y in re.findall(r'<text [^>]*? x="([-\d.]+)" y="([-\d.]+)"', svg)]
