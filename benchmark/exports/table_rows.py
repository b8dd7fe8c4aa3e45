"""The rows of each table that is computed from tallies: one code path for page, REST, export and offline."""

from collections.abc import Iterable, Sequence

import numpy as np

from benchmark.exports.notes import SENSITIVITY_SEED
from benchmark.protocol import TableName
from benchmark.stats.agreement_table import agreements
from benchmark.stats.annotator_sensitivity import sensitivity_of_annotators
from benchmark.stats.breakdowns import breakdowns
from benchmark.stats.comparisons import comparisons
from benchmark.stats.justifications import justifications
from benchmark.stats.leaderboard import leaderboard
from benchmark.stats.paired import paired
from benchmark.stats.preferences import preferences
from benchmark.stats.sensitivity import Cluster, SensitivityRow, sensitivity_of_pairs
from benchmark.stats.tallies import Tallies
from benchmark.stats.votes import Matchup, Votes


def result_rows(
    table: TableName,
    tallies: Tallies,
    matchups: Sequence[Matchup],
    *,
    interim: bool = False,
    votes: Votes | None = None,
) -> Iterable[object]:
    """Return the rows of a table of results.

    Args:
        table: which table.
        tallies: `tallies.matchup` indexes `matchups`.
        matchups: those of the study.
        interim: the study is open, so that no p-value is shown.
        votes: the single votes behind the tallies, which only the sensitivity to annotators asks for.

    Raises:
        ValueError: the table is that of single votes, which no tally holds.
    """
    match table:
        case TableName.PREFERENCES:
            return preferences(tallies, matchups, interim=interim)
        case TableName.JUSTIFICATIONS:
            return justifications(tallies, matchups, interim=interim)
        case TableName.COMPARISONS:
            return comparisons(tallies.select(tallies.votes > 0), matchups)
        case TableName.AGREEMENT:
            return agreements(tallies, matchups)
        case TableName.LEADERBOARD:
            return leaderboard(tallies, matchups)
        case TableName.BREAKDOWNS:
            return breakdowns(tallies, matchups)
        case TableName.SENSITIVITY:
            return sensitivity(tallies, matchups, votes)
        case TableName.PAIRED:
            return paired(tallies, matchups, interim=interim)
        case TableName.VOTES:
            raise ValueError("single votes are not made from tallies")


def sensitivity(
    tallies: Tallies, matchups: Sequence[Matchup], votes: Votes | None = None
) -> list[SensitivityRow]:
    """Return a row per matchup and cluster: images, scenarios, and annotators where `votes` names them.

    Each cluster has its own stream of the one seed, so that a missing column changes no other row.
    """
    rows = [
        row
        for cluster in (Cluster.IMAGE, Cluster.SCENARIO)
        for row in sensitivity_of_pairs(tallies, matchups, cluster, rng=_rng(cluster))
    ]
    of_annotators = sensitivity_of_annotators(votes, rng=_rng(Cluster.ANNOTATOR)) if votes else []
    voted = set(tallies.matchup[tallies.votes > 0].tolist())
    names = {matchups[index].name for index in voted}
    return [row for row in [*rows, *of_annotators] if row.matchup in names]


def _rng(cluster: Cluster) -> np.random.Generator:
    return np.random.default_rng([SENSITIVITY_SEED, list(Cluster).index(cluster)])
