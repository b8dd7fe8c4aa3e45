"""The rows of each table that is computed from tallies: one code path for page, REST, export and offline."""

from collections.abc import Iterable, Sequence

from benchmark.exports.tables import TableName
from benchmark.stats.agreements import agreements
from benchmark.stats.comparisons import comparisons
from benchmark.stats.justifications import justifications
from benchmark.stats.leaderboard import leaderboard
from benchmark.stats.preferences import preferences
from benchmark.stats.tallies import Tallies
from benchmark.stats.votes import Matchup


def result_rows(
    table: TableName, tallies: Tallies, matchups: Sequence[Matchup], *, interim: bool = False
) -> Iterable[object]:
    """Return the rows of a table of results.

    Raises:
        ValueError: the table is that of single votes, which no tally holds.
    """
    match table:
        case TableName.PREFERENCES:
            return preferences(tallies, matchups, interim=interim)
        case TableName.JUSTIFICATIONS:
            return justifications(tallies, matchups, interim=interim)
        case TableName.COMPARISONS:
            return comparisons(tallies, matchups)
        case TableName.AGREEMENT:
            return agreements(tallies, matchups)
        case TableName.LEADERBOARD:
            return leaderboard(tallies, matchups)
        case TableName.VOTES:
            raise ValueError("single votes are not made from tallies")
