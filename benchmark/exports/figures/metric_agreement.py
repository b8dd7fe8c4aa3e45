"""Draws how often each automatic metric agrees with people, and how often it prefers a motionless clip."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import cached_property

from benchmark.exports.cells import Cell
from benchmark.exports.figures.canvas import FULL_WIDTH, SMALL_SIZE, TEXT_SIZE, Canvas
from benchmark.exports.figures.kinds import CannotDraw
from benchmark.exports.figures.palette import (
    HAIRLINE,
    INK,
    OTHER,
    OTHER_TEXT,
    QUIET,
    REFERENCE,
    REFERENCE_TEXT,
)
from benchmark.exports.figures.preferences import INTERIM_HEIGHT, LINE, write_interim
from benchmark.exports.figures.text_layout import printable, truncate
from benchmark.exports.printed_cells import EMPTY
from benchmark.metrics.suites import SUITES
from benchmark.protocol import Direction
from benchmark.stats.breakdowns import Division
from benchmark.stats.number_format import printed_number
from benchmark.votes.metric_agreement import MetricAgreementRow

MAX_ROWS = 100
# The positions of the columns, in points from the left.
NAME_WIDTH = 150.0
AGREEMENT_X, AGREEMENT_WIDTH = 160.0, 160.0
STATIC_X, STATIC_WIDTH = 372.0, 96.0
HEAD, FOOT, ROW_HEIGHT = 28.0, 27.0, 14.0
BAR_HEIGHT, MARK = 7.0, 5.0
_TICKS = (0, 25, 50, 75, 100)
_CHANCE = 50


@dataclass(frozen=True)
class MetricAgreementFigure:
    """The rows of the figure from top to bottom, one per metric; metrics of one suite are adjacent."""

    metrics: tuple[MetricAgreementRow, ...]
    interim: bool = False
    title = "Automatic metrics against people"

    @property
    def caption(self) -> str:
        counts = [row.comparisons for row in self.metrics]
        is_marked = any(map(_is_marked, self.metrics))
        mark = " *: a metric without a direction; larger values are treated as better." if is_marked else ""
        static = (
            " Bars: share of clips that the metric rates worse than the static clip of the same pair, which "
            "only repeats the input image."
            if self._has_static
            else ""
        )
        interim = " Interim: the study is not closed." if self.interim else ""
        return (
            "Squares: share of decided comparisons in which the metric prefers the side that most votes "
            "chose; equal scores count as half. Lines: 95 % interval, clustered by image. Dashed: a metric "
            f"that guesses. Each square is of {_range(counts)} comparisons.{static}{mark}{interim}"
        )

    @property
    def size(self) -> tuple[float, float]:
        return FULL_WIDTH, self._top + ROW_HEIGHT * (len(self.metrics) + len(self._suites)) + FOOT

    def draw(self, canvas: Canvas) -> None:
        if self.interim:
            write_interim(canvas)
        self._draw_head(canvas)
        top = self._top
        for suite in self._suites:
            canvas.line((0, top), (FULL_WIDTH, top), colour=HAIRLINE, width=0.4)
            canvas.text(0, top + 10, printable(suite), colour=QUIET, size=SMALL_SIZE)
            top += ROW_HEIGHT
            for row in self.metrics:
                if row.suite == suite:
                    self._draw_row(canvas, row, top + ROW_HEIGHT / 2)
                    top += ROW_HEIGHT
        canvas.line((0, top), (FULL_WIDTH, top), colour=HAIRLINE, width=0.4)
        self._draw_foot(canvas, top)

    def columns(self) -> tuple[str, ...]:
        return tuple(field.name for field in fields(MetricAgreementRow))

    def rows(self) -> list[list[Cell]]:
        return [[getattr(row, name) for name in self.columns()] for row in self.metrics]

    @cached_property
    def _suites(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(row.suite for row in self.metrics))

    @property
    def _has_static(self) -> bool:
        return any(row.static_clips for row in self.metrics)

    @property
    def _top(self) -> float:
        return HEAD + (INTERIM_HEIGHT if self.interim else 0.0)

    def _draw_head(self, canvas: Canvas) -> None:
        baseline = self._top - 5
        canvas.text(0, baseline, "Metric", colour=QUIET)
        canvas.text(AGREEMENT_X, baseline - LINE, "Agrees with people", colour=REFERENCE_TEXT, bold=True)
        canvas.text(AGREEMENT_X, baseline, "when choosing between two clips", colour=QUIET)
        if self._has_static:
            canvas.text(STATIC_X, baseline - LINE, "Prefers a static clip", colour=OTHER_TEXT, bold=True)
            canvas.text(STATIC_X, baseline, "to a model's clip", colour=QUIET)

    def _draw_row(self, canvas: Canvas, row: MetricAgreementRow, middle: float) -> None:
        baseline = middle + 2.7
        canvas.text(0, baseline, truncate(printable(_title(row)), NAME_WIDTH, TEXT_SIZE))
        if row.accuracy is None:
            canvas.text(AGREEMENT_X, baseline, "no decided comparison has two scores", colour=QUIET)
        else:
            _draw_interval(canvas, row, middle)
            x = AGREEMENT_X + AGREEMENT_WIDTH + 6
            canvas.text(x, baseline, printed_number(row.accuracy, 1), bold=row.accuracy > _CHANCE)
        if row.prefers_static is None:
            canvas.text(STATIC_X + 3, baseline, EMPTY if self._has_static else "", colour=QUIET)
        else:
            width = row.prefers_static * STATIC_WIDTH / 100
            canvas.rectangle(STATIC_X, middle - BAR_HEIGHT / 2, width, BAR_HEIGHT, OTHER)
            canvas.text(STATIC_X + width + 3, baseline, printed_number(row.prefers_static, 1))

    def _draw_foot(self, canvas: Canvas, top: float) -> None:
        chance = AGREEMENT_X + AGREEMENT_WIDTH * _CHANCE / 100
        canvas.line((chance, self._top), (chance, top), width=0.7, dashed=True)
        _draw_axis(canvas, AGREEMENT_X, AGREEMENT_WIDTH, top, "percent of decided comparisons", bold=_CHANCE)
        if self._has_static:
            canvas.line((STATIC_X, self._top), (STATIC_X, top), colour=QUIET, width=0.4)
            _draw_axis(canvas, STATIC_X, STATIC_WIDTH, top, "percent of clips")


def metric_agreement_figure(
    rows: Sequence[MetricAgreementRow], *, interim: bool = False
) -> MetricAgreementFigure:
    """Return the figure of the rows for all pairs; within each suite, the best metric comes first.

    Raises:
        CannotDraw: no metric can be compared with votes, or there are too many metrics.
    """
    shown = [row for row in rows if row.division is Division.WHOLE and (row.comparisons or row.static_clips)]
    if not any(row.comparisons for row in shown):
        raise CannotDraw(
            "No decided comparison has scores of both sides, so the figure is empty. Give score files whose "
            "names are the sides' names in the votes."
        )
    if len(shown) > MAX_ROWS:
        raise CannotDraw(
            f"The figure can show {MAX_ROWS} metrics, but there are {len(shown)}. Use the table instead."
        )
    suites = list(dict.fromkeys(row.suite for row in shown))
    ordered = sorted(shown, key=lambda row: (suites.index(row.suite), -(row.accuracy or -1.0)))
    return MetricAgreementFigure(tuple(ordered), interim)


def _title(row: MetricAgreementRow) -> str:
    suite = next((suite for suite in SUITES.values() if suite.name == row.suite), None)
    titles = {metric.name: metric.title for metric in suite.metrics} if suite else {}
    return titles.get(row.metric, row.metric) + ("*" if _is_marked(row) else "")


def _is_marked(row: MetricAgreementRow) -> bool:
    return row.direction is Direction.NONE


def _range(counts: Sequence[int]) -> str:
    return str(counts[0]) if min(counts) == max(counts) else f"{min(counts)} to {max(counts)}"


def _draw_interval(canvas: Canvas, row: MetricAgreementRow, middle: float) -> None:
    scale = AGREEMENT_WIDTH / 100
    assert row.accuracy is not None
    if row.ci_low is not None and row.ci_high is not None:
        low, high = AGREEMENT_X + row.ci_low * scale, AGREEMENT_X + row.ci_high * scale
        canvas.line((low, middle), (high, middle), colour=INK, width=0.9)
        for x in (low, high):
            canvas.line((x, middle - 2.4), (x, middle + 2.4), colour=INK, width=0.9)
    x = AGREEMENT_X + row.accuracy * scale
    canvas.rectangle(x - MARK / 2, middle - MARK / 2, MARK, MARK, REFERENCE)


def _draw_axis(canvas: Canvas, left: float, width: float, top: float, label: str, *, bold: int = -1) -> None:
    for percent in _TICKS:
        x = left + width * percent / 100
        canvas.line((x, top), (x, top + 2.5), colour=QUIET, width=0.4)
        canvas.text(x, top + 10, str(percent), size=SMALL_SIZE, align="center", bold=percent == bold)
    canvas.text(left + width / 2, top + 20, label, size=SMALL_SIZE, colour=QUIET, align="center")
