"""How far a TI2V score depends on a few images, scenarios or people: cluster bootstrap and leave-one-out.

88 images serve 320 pairs, and a few annotators cast many votes: a Wilson interval over pairs takes each pair
for an independent witness. These lines ask what the score would have been with other images, scenarios or
annotators: whole clusters are drawn again, or left out one at a time.

The scores drawn give the interval its width, never its place: as many annotators drawn with replacement are
fewer different ones, majorities of fewer people lie nearer to 50 %, and percentiles of such scores would
often not even hold the score itself. So their variance is turned into the number of independent pairs that
have it at the draws' own mean, and that number into a Wilson interval around the score: see `stats.averages`.

Sources: A. C. Cameron and D. L. Miller (2015), J. Human Resources 50(2), 317-372, on clusters; Franco et al.
(2019), see `stats.averages`, on the number of independent pairs.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from benchmark.stats.arrays import BoolArray, FloatArray, IntArray
from benchmark.stats.intervals import clopper_pearson, wilson
from benchmark.stats.rounding import percent, percent_of_bound
from benchmark.stats.scores import count_groups
from benchmark.stats.tallies import Tallies
from benchmark.stats.votes import UNKNOWN, Matchup

RESAMPLES = 2000
FEWEST_CLUSTERS = 5
NO_VARIANCE = 1e-12


class Cluster(StrEnum):
    """What is drawn again, or left out, as a whole."""

    IMAGE = "image"
    SCENARIO = "scenario"
    ANNOTATOR = "annotator"


@dataclass(frozen=True)
class SensitivityRow:
    """The reference's TI2V score in one matchup under other clusters; all shares in percent.

    Attributes:
        clusters: how many have a vote in the matchup.
        wilson_low, wilson_high, exact_low, exact_high: for comparison the headline's interval and
            Clopper-Pearson's, both 95 % over pairs; None where no pair is decided.
        ci_low, ci_high: 95 %, by cluster bootstrap; None with fewer than five clusters or where every
            decided pair went to one side, for then drawing again changes nothing.
        lowest, highest: the score when the one cluster named beside it is left out; None where nothing
            would be left.
    """

    study: str | None
    matchup: str
    cluster: Cluster
    clusters: int
    ti2v_score_reference: float | None
    wilson_low: float | None
    wilson_high: float | None
    exact_low: float | None
    exact_high: float | None
    ci_low: float | None
    ci_high: float | None
    lowest: float | None
    lowest_without: str | None
    highest: float | None
    highest_without: str | None


def sensitivity_of_pairs(
    tallies: Tallies,
    matchups: Sequence[Matchup],
    cluster: Cluster,
    *,
    rng: np.random.Generator,
    resamples: int = RESAMPLES,
) -> list[SensitivityRow]:
    """Return a row per matchup, with images or scenarios as clusters; none where nobody said them.

    Raises:
        ValueError: the cluster is the annotator; see `stats.annotator_sensitivity`.
    """
    if cluster is Cluster.ANNOTATOR:
        raise ValueError("tallies do not know who voted")
    voted = tallies.select(tallies.votes > 0)
    codes, names = (
        (voted.image, voted.images) if cluster is Cluster.IMAGE else (voted.scenario, voted.scenarios)
    )
    if not len(codes) or (codes == UNKNOWN).any():
        return []
    codes, names = _in_alphabetical_order(codes, names)
    shape = (len(names), len(matchups))
    counts = count_groups(voted, codes * len(matchups) + voted.matchup, len(names) * len(matchups))
    won, lost = counts.won_reference.reshape(shape), counts.won_other.reshape(shape)
    without = Without(won.sum(axis=0) - won, lost.sum(axis=0) - lost, counts.votes.reshape(shape) > 0)
    shares = _bootstrap_clusters(won, lost, rng, resamples)
    return sensitivity_rows(matchups, cluster, names, without, (won.sum(axis=0), lost.sum(axis=0)), shares)


def _in_alphabetical_order(codes: IntArray, names: Sequence[str]) -> tuple[IntArray, tuple[str, ...]]:
    """Return codes of the names that occur, so that the same votes draw the same clusters everywhere."""
    occurring = sorted(set(codes.tolist()), key=lambda code: names[code])
    place = np.empty(len(names), dtype=np.int64)
    place[occurring] = np.arange(len(occurring))
    return place[codes], tuple(names[code] for code in occurring)


@dataclass(frozen=True)
class Without:
    """(clusters, matchups) pairs won and lost without each cluster, and whether it has a vote there."""

    won: IntArray
    lost: IntArray
    voted: BoolArray


def _bootstrap_clusters(
    won: IntArray, lost: IntArray, rng: np.random.Generator, resamples: int
) -> FloatArray:
    """Return (resamples, matchups) scores, each from as many clusters, drawn with replacement."""
    clusters = len(won)
    weights = rng.multinomial(clusters, np.full(clusters, 1 / clusters), size=resamples).astype(np.float64)
    return scores_of(weights @ won, weights @ lost)


def scores_of(won: FloatArray | IntArray, lost: FloatArray | IntArray) -> FloatArray:
    """Return won / decided; NaN where nothing is decided."""
    with np.errstate(invalid="ignore"):
        share: FloatArray = won / (won + lost)
    return share


def sensitivity_rows(
    matchups: Sequence[Matchup],
    cluster: Cluster,
    names: Sequence[str],
    without: Without,
    totals: tuple[IntArray, IntArray],
    shares: FloatArray,
) -> list[SensitivityRow]:
    """Return a row per matchup; totals are pairs won and lost, shares (resamples, matchups) scores."""
    return [
        _row(
            matchup,
            cluster,
            names,
            _at(without, index),
            (int(totals[0][index]), int(totals[1][index])),
            shares[:, index],
        )
        for index, matchup in enumerate(matchups)
    ]


def _at(without: Without, matchup: int) -> Without:
    return Without(without.won[:, matchup], without.lost[:, matchup], without.voted[:, matchup])


def _row(
    matchup: Matchup,
    cluster: Cluster,
    names: Sequence[str],
    without: Without,
    totals: tuple[int, int],
    shares: FloatArray,
) -> SensitivityRow:
    clusters = int(without.voted.sum())
    low, high = _bounds(shares, clusters, totals)
    left = np.flatnonzero(without.voted & (without.won + without.lost > 0))
    scores = without.won[left] / (without.won + without.lost)[left]
    lowest = int(left[scores.argmin()]) if len(left) else None
    highest = int(left[scores.argmax()]) if len(left) else None
    return SensitivityRow(
        study=matchup.study,
        matchup=matchup.name,
        cluster=cluster,
        clusters=clusters,
        ti2v_score_reference=percent(totals[0], totals[0] + totals[1]),
        **_intervals_over_pairs(*totals),
        ci_low=low,
        ci_high=high,
        lowest=_score_without(without, lowest),
        lowest_without=None if lowest is None else names[lowest],
        highest=_score_without(without, highest),
        highest_without=None if highest is None else names[highest],
    )


def _intervals_over_pairs(won: int, lost: int) -> dict[str, float | None]:
    if not won + lost:
        return dict.fromkeys(("wilson_low", "wilson_high", "exact_low", "exact_high"))
    headline, exact = wilson(won, won + lost), clopper_pearson(won, won + lost)
    return {
        "wilson_low": percent_of_bound(headline.low),
        "wilson_high": percent_of_bound(headline.high),
        "exact_low": percent_of_bound(exact.low),
        "exact_high": percent_of_bound(exact.high),
    }


def _score_without(without: Without, cluster: int | None) -> float | None:
    if cluster is None:
        return None
    won, lost = int(without.won[cluster]), int(without.lost[cluster])
    return percent(won, won + lost)


def _bounds(shares: FloatArray, clusters: int, totals: tuple[int, int]) -> tuple[float | None, float | None]:
    drawn = shares[~np.isnan(shares)]
    if clusters < FEWEST_CLUSTERS or 0 in totals or len(drawn) < 2:
        return None, None
    mean, variance = float(drawn.mean()), float(drawn.var(ddof=1))
    if variance < NO_VARIANCE:
        return None, None
    pairs = mean * (1 - mean) / variance
    interval = wilson(totals[0] / sum(totals) * pairs, pairs)
    return percent_of_bound(interval.low), percent_of_bound(interval.high)


def sensitivity_sentence(row: SensitivityRow) -> str:
    """Return what one line says in plain words."""
    if row.lowest is None or row.highest is None or row.ti2v_score_reference is None:
        return f"Everything rests on one {row.cluster}, so nothing can be said about others."
    left_out = (
        f"Leaving out one {row.cluster} at a time, the score stays between {row.lowest} % "
        f"(without {row.lowest_without}) and {row.highest} % (without {row.highest_without})"
    )
    turned = row.lowest <= 50 < row.ti2v_score_reference or row.highest >= 50 > row.ti2v_score_reference
    verdict = "one of them alone" if turned else "no single one"
    sentence = f"{left_out}; {verdict} decides which side is ahead."
    if row.ci_low is None or row.ci_high is None:
        return sentence
    return (
        f"{sentence} Drawing {row.cluster}s again gives a 95 % interval of {row.ci_low} to {row.ci_high} %."
    )
