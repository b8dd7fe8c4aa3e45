"""Computes the rows of result tables from tallies, for pages, the API, exports and `ti2v score`."""

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
from benchmark.stats.preferences import by_score, preferences
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
    """Return the rows of a result table.

    Args:
        table: the table to compute.
        tallies: the vote counts; `tallies.matchup` contains indices into `matchups`.
        matchups: the matchups of the study.
        interim: whether the study is not closed; p-values are computed for closed studies only.
        votes: the individual votes that the tallies count. Only the table of sensitivity to annotators needs
            these votes.

    Raises:
        ValueError: the table is `votes`, `playback` or a table of metrics; tallies are not enough to compute
            these tables.
    """
    match table:
        case TableName.PREFERENCES:
            return by_score(preferences(tallies, matchups, interim=interim))
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
        case (
            TableName.VOTES
            | TableName.METRICS
            | TableName.METRIC_AGREEMENT
            | TableName.METRIC_COVARIATES
            | TableName.PLAYBACK
        ):
            raise ValueError(f"the table {table} cannot be computed from tallies")


def sensitivity(
    tallies: Tallies, matchups: Sequence[Matchup], votes: Votes | None = None
) -> list[SensitivityRow]:
    """Return one row for each matchup and each kind of cluster (images, scenarios, annotators).

    If `votes` has no annotators, the rows for annotators are missing. Each kind of cluster has a separate
    random stream, so that missing annotators do not change the rows for images and scenarios.
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
