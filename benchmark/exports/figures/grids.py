"""Draws heatmaps of the reference's TI2V score by scenario, image style or hard case.

Every cell also shows the score as a number, so the figure is readable without colours.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from benchmark.exports.cells import Cell
from benchmark.exports.figures.canvas import FULL_WIDTH, SMALL_SIZE, TEXT_SIZE, Canvas
from benchmark.exports.figures.kinds import CannotDraw
from benchmark.exports.figures.names import FigureNames
from benchmark.exports.figures.palette import HEAT, OTHER_TEXT, QUIET, REFERENCE_TEXT, text_colour
from benchmark.exports.figures.preferences import INTERIM_HEIGHT, LINE, write_interim
from benchmark.exports.figures.scales import HEAT_BOUNDS, MIN_DECIDED, heat_step, whole_percent
from benchmark.exports.figures.text_layout import printable, text_width, truncate, wrap
from benchmark.exports.printed_cells import EMPTY
from benchmark.stats.breakdowns import Division, Parts, parts_of
from benchmark.stats.scores import count_groups
from benchmark.stats.tallies import Tallies
from benchmark.stats.votes import UNKNOWN, Matchup

MAX_CELLS_PER_SIDE = 100

NAME_WIDTH, NAME_GAP = 88.0, 6.0
MIN_PITCH, MAX_PITCH = 15.5, 34.0
CELL_HEIGHT, GAP = 16.0, 1.2
MAX_LABEL_WIDTH = 92.0  # the width, in points, for a part's name
KEY_HEIGHT, SWATCH = 38.0, 22.0


@dataclass(frozen=True)
class PartCell:
    """The numbers of pairs and votes in one cell of the heatmap.

    Each cell stands for one matchup on one part of the benchmark.
    """

    won: int
    lost: int
    undecided: int
    votes: int

    @property
    def decided(self) -> int:
        return self.won + self.lost


_WORDS = {Division.SCENARIO: "scenario", Division.STYLE: "image style", Division.HARD_CASE: "hard case"}
Cells = Mapping[tuple[str, str], PartCell]


@dataclass(frozen=True)
class GridFigure:
    """A heatmap: one row per matchup, one column per part of the benchmark, such as a scenario.

    If a matchup has no votes on a part, `cells` has no entry for this matchup and part.
    """

    division: Division
    matchups: tuple[Matchup, ...]
    parts: tuple[str, ...]
    cells: Cells
    names: FigureNames
    interim: bool = False

    @property
    def title(self) -> str:
        return f"The reference's TI2V score by {_WORDS[self.division]}"

    @property
    def caption(self) -> str:
        counts = [cell.decided for cell in self.cells.values() if cell.decided >= MIN_DECIDED]
        shown = f" Each number is of {min(counts)} to {max(counts)} decided pairs." if counts else ""
        interim = " Interim: the study is not closed." if self.interim else ""
        return (
            f"The reference's share of decided pairs by {_WORDS[self.division]}, in whole percent, in "
            f"descending order.{shown} Cells with fewer than {MIN_DECIDED} decided pairs are empty. Do not "
            f"interpret single cells.{interim}"
        )

    @property
    def size(self) -> tuple[float, float]:
        width = max(FULL_WIDTH, NAME_WIDTH + NAME_GAP + self._pitch * len(self.parts))
        return width, self._top + len(self.matchups) * CELL_HEIGHT + KEY_HEIGHT

    def draw(self, canvas: Canvas) -> None:
        if self.interim:
            write_interim(canvas)
        for column, part in enumerate(self.parts):
            x = self._x(column) + (self._pitch - GAP) / 2
            canvas.text(x, self._top - 4, self._label(part), colour=QUIET, upright=True)
        for index, matchup in enumerate(self.matchups):
            y = self._top + index * CELL_HEIGHT
            self._draw_name(canvas, matchup, y)
            for column, part in enumerate(self.parts):
                self._draw_cell(canvas, self.cells.get((matchup.name, part)), self._x(column), y)
        self._draw_key(canvas, self._top + len(self.matchups) * CELL_HEIGHT + 9)

    def columns(self) -> tuple[str, ...]:
        return (
            *("row", "matchup", "reference", "other", "division", "part", "reference_percent"),
            *("pairs_won_reference", "pairs_won_other", "pairs_undecided", "votes"),
        )

    def rows(self) -> list[list[Cell]]:
        return [
            self._data_row(matchup, part, self.cells[matchup.name, part])
            for matchup in self.matchups
            for part in self.parts
            if (matchup.name, part) in self.cells
        ]

    def _data_row(self, matchup: Matchup, part: str, cell: PartCell) -> list[Cell]:
        decided = cell.decided
        return [
            *(self.names.matchup(matchup.reference, matchup.other), matchup.name),
            *(matchup.reference, matchup.other, self.division, part),
            whole_percent(cell.won, decided) if decided else None,
            *(cell.won, cell.lost, cell.undecided, cell.votes),
        ]

    @property
    def _pitch(self) -> float:
        room = (FULL_WIDTH - NAME_WIDTH - NAME_GAP) / len(self.parts)
        return min(max(room, MIN_PITCH), MAX_PITCH)

    @cached_property
    def _top(self) -> float:
        longest = max(text_width(self._label(part), TEXT_SIZE) for part in self.parts)
        return longest + 8 + (INTERIM_HEIGHT if self.interim else 0.0)

    def _x(self, column: int) -> float:
        return NAME_WIDTH + NAME_GAP + column * self._pitch

    def _label(self, part: str) -> str:
        return truncate(printable(part.replace("_", " ").capitalize()), MAX_LABEL_WIDTH, TEXT_SIZE)

    def _draw_name(self, canvas: Canvas, matchup: Matchup, y: float) -> None:
        name = self.names.matchup(matchup.reference, matchup.other)
        lines = wrap(name, NAME_WIDTH, TEXT_SIZE, max_lines=1)
        size = TEXT_SIZE
        if lines[0] != printable(name):
            # Use two lines in a smaller size, because the name does not fit on one line.
            size = 6.0
            lines = wrap(name, NAME_WIDTH, size, max_lines=2)
        middle = y + (CELL_HEIGHT - GAP) / 2
        baseline = middle - (len(lines) - 1) * size * 0.58 + size * 0.36
        for number, line in enumerate(lines):
            canvas.text(0, baseline + number * size * 1.16, line, size=size)

    def _draw_cell(self, canvas: Canvas, cell: PartCell | None, x: float, y: float) -> None:
        decided = cell.decided if cell else 0
        width, height = self._pitch - GAP, CELL_HEIGHT - GAP
        if cell is None or decided < MIN_DECIDED:
            canvas.text(x + width / 2, y + height / 2 + 2.4, EMPTY, colour=QUIET, align="center")
            return
        step = heat_step(cell.won, decided)
        canvas.rectangle(x, y, width, height, HEAT[step])
        number = str(whole_percent(cell.won, decided))
        is_won = cell.won > cell.lost
        canvas.text(
            x + width / 2,
            y + height / 2 + 2.4,
            number,
            size=SMALL_SIZE,
            colour=text_colour(step),
            bold=is_won,
            align="center",
        )

    def _draw_key(self, canvas: Canvas, top: float) -> None:
        x = NAME_WIDTH + NAME_GAP
        other = printable(self.names.other_heading)
        canvas.text(x, top + 6.5, other, size=SMALL_SIZE, colour=OTHER_TEXT, bold=True)
        x += text_width(other, SMALL_SIZE, bold=True) + 6
        for index, step in enumerate(HEAT):
            canvas.rectangle(x + index * SWATCH, top, SWATCH - GAP, 8, HEAT[step])
            if index:
                bound = str(HEAT_BOUNDS[index - 1])
                canvas.text(x + index * SWATCH - GAP / 2, top + 16, bound, size=SMALL_SIZE, align="center")
        x += len(HEAT) * SWATCH + 5
        reference = truncate(printable(self.names.reference_heading), 160, SMALL_SIZE, bold=True)
        canvas.text(x, top + 6.5, reference, size=SMALL_SIZE, colour=REFERENCE_TEXT, bold=True)
        canvas.text(
            NAME_WIDTH + NAME_GAP,
            top + 16 + LINE,
            "percent of decided pairs won by the reference; bold above 50 %",
            size=SMALL_SIZE,
            colour=QUIET,
        )


def grid_figure(
    tallies: Tallies,
    matchups: Sequence[Matchup],
    names: FigureNames,
    division: Division,
    *,
    interim: bool = False,
) -> GridFigure:
    """Return the heatmap of a study.

    Parts are sorted by the share of decided pairs that the reference won, over all matchups. If all matchups
    have the same reference, the matchups are sorted by the same share, over all parts.

    Raises:
        CannotDraw: no pair is decided, the parts are unknown, or the figure would have too many rows or
            columns.
    """
    cells = _cells(tallies, matchups, parts_of(tallies, division))
    if not any(cell.decided for cell in cells.values()):
        raise CannotDraw(f"No pair with a known {_WORDS[division]} is decided, so the figure is empty.")
    named = sorted({part for _, part in cells})
    if max(len(matchups), len(named)) > MAX_CELLS_PER_SIDE:
        raise CannotDraw(
            f"A grid can show {MAX_CELLS_PER_SIDE} matchups and {MAX_CELLS_PER_SIDE} parts, but there are "
            f"{len(matchups)} and {len(named)}. Use the table breakdowns instead."
        )
    if names.reference:
        matchups = sorted(matchups, key=lambda each: -_share(cells, matchup=each.name))
    best_first = sorted(named, key=lambda part: -_share(cells, part=part))
    return GridFigure(division, tuple(matchups), tuple(best_first), cells, names, interim)


def _cells(tallies: Tallies, matchups: Sequence[Matchup], parts: Parts) -> Cells:
    known = parts.codes != UNKNOWN
    columns = len(parts.names)
    group = (tallies.matchup * columns + parts.codes)[known]
    counts = count_groups(tallies.select(known), group, len(matchups) * columns)
    numbers = (counts.won_reference, counts.won_other, counts.undecided, counts.votes)
    return {
        (matchup.name, part): PartCell(*(int(number[row * columns + column]) for number in numbers))
        for row, matchup in enumerate(matchups)
        for column, part in enumerate(parts.names)
        if counts.votes[row * columns + column]
    }


def _share(cells: Cells, *, matchup: str | None = None, part: str | None = None) -> Fraction:
    """Return the share of decided pairs, in [0, 1], that the reference won; 0 if no pair is decided."""
    met = [cell for (row, column), cell in cells.items() if matchup in (None, row) and part in (None, column)]
    return Fraction(sum(cell.won for cell in met), max(sum(cell.decided for cell in met), 1))
