"""Draws Figure 4 of the paper: per matchup, a bar for the TI2V score and bars for the votes' reasons.

All bars for reasons have the same scale. The bars are not stacked, because the percentages do not add up to
100: a vote may give several reasons.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from benchmark.exports.cells import Cell
from benchmark.exports.figures.canvas import FULL_WIDTH, SMALL_SIZE, TEXT_SIZE, Canvas
from benchmark.exports.figures.kinds import CannotDraw
from benchmark.exports.figures.names import FigureNames
from benchmark.exports.figures.palette import (
    HAIRLINE,
    INK,
    OTHER,
    OTHER_TEXT,
    PAPER,
    QUIET,
    REFERENCE,
    REFERENCE_TEXT,
)
from benchmark.exports.figures.text_layout import printable, truncate, wrap
from benchmark.exports.printed_cells import TITLES
from benchmark.plurals import counted
from benchmark.protocol import Justification, Side
from benchmark.stats.preferences import SCORE, PreferenceRow, by_score

MAX_ROWS = 100  # a taller figure does not fit on a page, and its PNG needs too much memory

# The positions of the columns, in points from the left.
NAME_WIDTH = 98.0
BAR_X, BAR_WIDTH = 132.0, 136.0
REASON_X, REASON_PITCH = 314.0, 48.0
MAX_REASON_WIDTH = 24.0
MIN_SCALE = 10.0  # in percent: the minimum length of the scale, so that a few votes never get a long bar

HEAD, FOOT, INTERIM_HEIGHT = 28.0, 27.0, 15.0
LINE, PADDING = 9.0, 7.0
MIN_ROW_HEIGHT = 26.0
BAR_HEIGHT, REASON_HEIGHT = 13.0, 6.5
_TICKS = {0: "0", 25: "25", 50: "50", 75: "75", 100: "100"}
_SECOND_WORD = {
    Justification.IMAGE_ALIGNMENT: "alignment",
    Justification.TEXT_ALIGNMENT: "alignment",
    Justification.OBJECT_MOTION: "motion",
    Justification.OVERALL_QUALITY: "quality",
}
_FIRST_WORD = {**TITLES, Justification.OBJECT_MOTION: "Object", Justification.OVERALL_QUALITY: "Overall"}
_MEASURES = (SCORE, *(reason.value for reason in Justification))
CAPTION = (
    "Share of decided pairs, in percent; pairs with equal votes are not included. Whiskers: 95 % Wilson "
    "interval of the reference's share; that of the average is clustered by pair. Small bars: percent of all "
    "valid votes that chose that side and gave that reason; a vote may give several reasons, so they do not "
    "add up to 100."
)


@dataclass(frozen=True)
class PreferencesFigure:
    """The rows of the preferences figure, from top to bottom. Rows of averages come last."""

    preferences: tuple[PreferenceRow, ...]
    names: FigureNames
    interim: bool = False
    title = "Preferences and their reasons"

    @property
    def caption(self) -> str:
        votes = sum(row.votes for row in self.preferences if not row.is_average)
        interim = " Interim: the study is not closed." if self.interim else ""
        return f"{CAPTION} {counted(votes, 'vote')}.{interim}"

    @property
    def size(self) -> tuple[float, float]:
        rows = sum(self._height(row) for row in self.preferences)
        return FULL_WIDTH, self._top + rows + FOOT

    def draw(self, canvas: Canvas) -> None:
        if self.interim:
            write_interim(canvas)
        self._draw_head(canvas)
        top = self._top
        bottom = top + sum(self._height(row) for row in self.preferences)
        for row in self.preferences:
            weight = 0.9 if row.is_average else 0.4
            canvas.line((0, top), (FULL_WIDTH, top), colour=INK if row.is_average else HAIRLINE, width=weight)
            self._draw_row(canvas, row, top)
            top += self._height(row)
        canvas.line((0, bottom), (FULL_WIDTH, bottom), colour=HAIRLINE, width=0.4)
        self._draw_foot(canvas, bottom)

    def columns(self) -> tuple[str, ...]:
        shares = [f"{measure}_{side}" for measure in _MEASURES for side in Side]
        return ("row", "matchup", "reference", "other", *shares, "ci_low", "ci_high", *_COUNTS)

    def rows(self) -> list[list[Cell]]:
        return [
            [self._name(row), *(getattr(row, name) for name in self.columns()[1:])]
            for row in self.preferences
        ]

    @property
    def _top(self) -> float:
        return HEAD + (INTERIM_HEIGHT if self.interim else 0.0)

    def _name(self, row: PreferenceRow) -> str:
        if row.other is None:
            return "Average" if self.names.reference else f"{self.names.side(row.reference)}, average"
        return self.names.matchup(row.reference, row.other)

    def _name_lines(self, row: PreferenceRow) -> list[str]:
        return wrap(self._name(row), NAME_WIDTH, TEXT_SIZE, bold=True)

    def _height(self, row: PreferenceRow) -> float:
        return max(MIN_ROW_HEIGHT, (len(self._name_lines(row)) + 1) * LINE + PADDING)

    def _draw_head(self, canvas: Canvas) -> None:
        baseline = self._top - 5
        half = BAR_WIDTH / 2 + 24
        reference, other = (
            truncate(printable(text), half, TEXT_SIZE, bold=True)
            for text in (self.names.reference_heading, self.names.other_heading)
        )
        left, right = BAR_X - 28, BAR_X + BAR_WIDTH + 28
        canvas.text(0, baseline, "Compared with" if self.names.reference else "Compared", colour=QUIET)
        canvas.text(left, baseline, reference, colour=REFERENCE_TEXT, bold=True)
        canvas.text(right, baseline, other, colour=OTHER_TEXT, bold=True, align="right")
        for column, reason in enumerate(Justification):
            x = REASON_X + column * REASON_PITCH
            canvas.text(x, baseline - LINE, _FIRST_WORD[reason], bold=True)
            canvas.text(x, baseline, _SECOND_WORD[reason], colour=QUIET)

    def _draw_row(self, canvas: Canvas, row: PreferenceRow, top: float) -> None:
        lines = self._name_lines(row)
        middle = top + self._height(row) / 2
        baseline = middle - (len(lines) + 1) * LINE / 2 + TEXT_SIZE * 0.9
        for number, line in enumerate(lines):
            canvas.text(0, baseline + number * LINE, line, bold=True)
        canvas.text(0, baseline + len(lines) * LINE, _decided(row), size=SMALL_SIZE, colour=QUIET)
        _draw_bar(canvas, row, middle)
        if not row.gives_reasons:
            canvas.text(REASON_X, middle + 2.5, "no vote gives a reason", colour=QUIET)
        else:
            for column, reason in enumerate(Justification):
                self._draw_reason(canvas, row, reason, REASON_X + column * REASON_PITCH, middle)

    def _draw_reason(
        self, canvas: Canvas, row: PreferenceRow, reason: Justification, x: float, middle: float
    ) -> None:
        rates = [row.share(reason, side) or 0.0 for side in Side]
        for side, rate in enumerate(rates):
            y = middle - REASON_HEIGHT - 0.75 + side * (REASON_HEIGHT + 1.5)
            width = rate / self._max_rate * MAX_REASON_WIDTH
            canvas.rectangle(x, y, width, REASON_HEIGHT, (REFERENCE, OTHER)[side])
            is_larger = rate > rates[1 - side]
            canvas.text(x + width + 2.5, y + REASON_HEIGHT - 0.9, str(rate), size=SMALL_SIZE, bold=is_larger)
        canvas.line((x, middle - REASON_HEIGHT - 2), (x, middle + REASON_HEIGHT + 2), colour=QUIET, width=0.4)

    @cached_property
    def _max_rate(self) -> float:
        rates = [
            row.share(reason, side) for row in self.preferences for reason in Justification for side in Side
        ]
        return max([MIN_SCALE, *(rate for rate in rates if rate is not None)])

    def _draw_foot(self, canvas: Canvas, top: float) -> None:
        for percent, label in _TICKS.items():
            x = BAR_X + BAR_WIDTH * percent / 100
            canvas.line((x, top), (x, top + 2.5), colour=QUIET, width=0.4)
            canvas.text(x, top + 10, label, size=SMALL_SIZE, align="center", bold=percent == 50)
        half = BAR_X + BAR_WIDTH / 2
        canvas.line((half, self._top), (half, top), width=0.7, dashed=True)
        canvas.text(half, top + 20, "percent of decided pairs", size=SMALL_SIZE, colour=QUIET, align="center")
        canvas.text(
            REASON_X, top + 10, "percent of all votes that chose that side", size=SMALL_SIZE, colour=QUIET
        )
        canvas.text(REASON_X, top + 19, "and gave that reason", size=SMALL_SIZE, colour=QUIET)


_COUNTS = ("pairs_decided", "pairs_undecided", "votes")


def preferences_figure(
    rows: Sequence[PreferenceRow], names: FigureNames, *, interim: bool = False
) -> PreferencesFigure:
    """Return the figure of a preferences table.

    If all matchups have the same reference, the rows are sorted by the reference's TI2V score.

    Raises:
        CannotDraw: there are no votes or too many matchups.
    """
    matchups = [row for row in rows if not row.is_average]
    if not any(row.votes for row in matchups):
        raise CannotDraw("There are no votes, so the figure is empty.")
    if len(rows) > MAX_ROWS:
        raise CannotDraw(
            f"The figure can show {MAX_ROWS} rows, but there are {len(rows)}. Use the table preferences."
        )
    return PreferencesFigure(tuple(by_score(rows)), names, interim)


def write_interim(canvas: Canvas) -> None:
    """Draw a notice at the top of the figure; the notice says that the study is not closed."""
    canvas.text(0, 8, "Interim:", bold=True)
    canvas.text(36, 8, "the study is not closed; these numbers may still change and no tests are computed.")


def _decided(row: PreferenceRow) -> str:
    if row.is_average:
        return "mean over the matchups"
    pairs = f"{row.pairs_decided} pair{'' if row.pairs_decided == 1 else 's'} decided"
    return f"{pairs}, {row.pairs_undecided} not" if row.pairs_undecided else pairs


def _draw_bar(canvas: Canvas, row: PreferenceRow, middle: float) -> None:
    reference, other = row.share(SCORE, Side.REFERENCE), row.share(SCORE, Side.OTHER)
    if reference is None or other is None or row.ci_low is None or row.ci_high is None:
        canvas.text(BAR_X + BAR_WIDTH / 2, middle + 2.5, "no pair is decided", colour=QUIET, align="center")
        return
    y, scale = middle - BAR_HEIGHT / 2, BAR_WIDTH / 100
    canvas.rectangle(BAR_X, y, BAR_WIDTH, BAR_HEIGHT, OTHER)
    canvas.rectangle(BAR_X, y, reference * scale, BAR_HEIGHT, REFERENCE)
    low, high = BAR_X + row.ci_low * scale, BAR_X + row.ci_high * scale
    for colour, width in ((PAPER, 2.6), (INK, 0.9)):
        reach = 3 if colour == INK else 3.8
        canvas.line((low - reach + 3, middle), (high + reach - 3, middle), colour=colour, width=width)
        for x in (low, high):
            canvas.line((x, middle - reach), (x, middle + reach), colour=colour, width=width)
    is_won, is_lost = reference > other, other > reference
    left, right, baseline = BAR_X - 5, BAR_X + BAR_WIDTH + 5, middle + 2.9
    canvas.text(left, baseline, str(reference), size=8, colour=REFERENCE_TEXT, bold=is_won, align="right")
    canvas.text(right, baseline, str(other), size=8, colour=OTHER_TEXT, bold=is_lost)
