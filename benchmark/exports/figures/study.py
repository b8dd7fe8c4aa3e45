"""Builds the figures that show the results of a whole study."""

from collections.abc import Mapping, Sequence

from benchmark.exports.figures.grids import grid_figure
from benchmark.exports.figures.kinds import FigureName
from benchmark.exports.figures.names import FigureNames
from benchmark.exports.figures.preferences import preferences_figure
from benchmark.exports.figures.writer import PaperFigure
from benchmark.stats.breakdowns import Division
from benchmark.stats.preferences import PreferenceRow
from benchmark.stats.tallies import Tallies
from benchmark.stats.votes import Matchup

_DIVISIONS: Mapping[FigureName, Division] = {
    FigureName.SCENARIOS: Division.SCENARIO,
    FigureName.STYLES: Division.STYLE,
    FigureName.HARD_CASES: Division.HARD_CASE,
}


def study_figure(
    name: FigureName,
    tallies: Tallies,
    matchups: Sequence[Matchup],
    rows: Sequence[PreferenceRow],
    names: FigureNames,
    *,
    interim: bool = False,
) -> PaperFigure:
    """Return a study's figure, ready to draw.

    Args:
        rows: the rows of the preferences table, including averages.

    Raises:
        CannotDraw: the figure cannot be drawn from these votes.
    """
    if name is FigureName.PREFERENCES:
        return preferences_figure(rows, names, interim=interim)
    return grid_figure(tallies, matchups, names, _DIVISIONS[name], interim=interim)
