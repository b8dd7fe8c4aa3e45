"""Builds the matrix of models against models, for studies with several references."""

from collections.abc import Mapping, Sequence

from app.panels.side_names import Naming
from app.results.live.tallies import CountedStudy
from app.results.views.grids import MatrixCell, MatrixRow, MatrixTable
from app.results.views.rows import MatchupFacts
from benchmark.exports.figures.scales import MIN_DECIDED, heat_step, whole_percent
from benchmark.exports.printed_cells import EMPTY
from benchmark.stats.leaderboard import leaderboard
from benchmark.stats.preferences import PreferenceRow


def matrix(
    counted: CountedStudy, rows: Sequence[PreferenceRow], naming: Naming, facts: Mapping[str, MatchupFacts]
) -> MatrixTable | None:
    """Return the matrix of models against models.

    The result is None if there are no votes, or if all matchups have the same reference, because table 1 then
    shows the same shares.
    """
    if naming.reference is not None or not counted.tallies.votes.any():
        return None
    models = [row.model for row in leaderboard(counted.tallies, counted.matchups)]
    cells: dict[tuple[str, str], MatrixCell] = {}
    for row in rows:
        other, won, decided = row.other or "", row.ti2v_score_reference_n or 0, row.pairs_decided
        url = facts[row.matchup].url
        cells[row.reference, other] = _cell(won, decided, url)
        cells[other, row.reference] = _cell(decided - won, decided, url)
    return MatrixTable(
        models=tuple(naming.side(model) for model in models),
        rows=tuple(
            MatrixRow(naming.side(model), tuple(cells.get((model, other)) for other in models))
            for model in models
        ),
    )


def _cell(won: int, decided: int, url: str) -> MatrixCell:
    """Return a cell of the matrix. The share is hidden if too few pairs are decided.

    The cell's label does not name the models, because a screen reader reads the headers of the row and
    column.
    """
    if decided < MIN_DECIDED:
        return MatrixCell(EMPTY, None, url, f"fewer than {MIN_DECIDED} decided pairs")
    share = whole_percent(won, decided)
    return MatrixCell(
        str(share),
        heat_step(won, decided),
        url,
        f"{share} % of {decided} pairs",
    )
