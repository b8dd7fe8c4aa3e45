"""Computes how many pairs a study needs to detect a difference, and the power of a planned study.

The planned test is the exact sign test over pairs (`stats.significance`). The power of this test is a sum of
binomial probabilities and is computed exactly. The majority of a panel amplifies the vote share, so the
expected TI2V score grows with the panel size (`expected_score`).
"""

from dataclasses import dataclass
from math import ceil, exp, lgamma, log, log1p, sqrt

import numpy as np

from benchmark.stats.arrays import FloatArray
from benchmark.stats.intervals import normal_quantile

ALPHA = 0.05
POWER = 0.8
SMALLEST_DIFFERENCE = 0.01  # detecting this difference needs 19,765 pairs


@dataclass(frozen=True)
class StudyPlan:
    """The number of votes and the power of a planned study.

    Attributes:
        votes: the total number of votes: matchups x pairs x votes per pair.
        share: the TI2V score to detect (against 50 %), in (0, 1).
        power: the probability that the test of one matchup gives p < 0.05 if `share` is the true score.
        power_corrected: like `power`, but with the strictest significance level of Holm's correction over the
            matchups.
        detectable_share: the smallest TI2V score above 50 % that the test detects with a power of 0.8.
    """

    matchups: int
    pairs: int
    panel: int
    votes: int
    share: float
    power: float
    power_corrected: float
    detectable_share: float


def plan_study(
    *, share: float, matchups: int = 1, panel: int = 5, pairs: int | None = None, power: float = POWER
) -> StudyPlan:
    """Return the plan of a study that should detect a TI2V score of `share`.

    Args:
        pairs: the number of pairs; by default the smallest number of pairs that gives the power `power`.

    Raises:
        ValueError: share is not in (0, 1), or is within one percentage point of 50 %; or the panel is even;
            or a number is not positive.
    """
    if matchups < 1 or panel < 1 or panel % 2 == 0:
        raise ValueError("a study needs at least one matchup and an odd panel size")
    pairs = pairs_needed(share, power=power) if pairs is None else pairs
    return StudyPlan(
        matchups=matchups,
        pairs=pairs,
        panel=panel,
        votes=matchups * pairs * panel,
        share=share,
        power=sign_test_power(pairs, share),
        power_corrected=sign_test_power(pairs, share, alpha=ALPHA / matchups),
        detectable_share=detectable_share(pairs),
    )


def plan_sentence(plan: StudyPlan) -> str:
    """Return the plan as a text for the command line."""
    return (
        f"{plan.matchups} matchup{'s' * (plan.matchups > 1)} on {plan.pairs} pairs with {plan.panel} votes "
        f"each need {plan.votes:,} votes. The power to detect a TI2V score of "
        f"{100 * plan.share:.4g} % is {plan.power:.2f}, or {plan.power_corrected:.2f} after correction for "
        f"all matchups. The smallest score detected with a power of {POWER} is "
        f"{100 * plan.detectable_share:.1f} %."
    )


def sign_test_power(pairs: int, share: float, *, alpha: float = ALPHA) -> float:
    """Return the power of the sign test for a true share `share` of won pairs.

    >>> round(sign_test_power(320, 0.6), 2), round(sign_test_power(320, 0.55), 2)
    (0.94, 0.39)

    Raises:
        ValueError: pairs is not positive, or share or alpha is not in (0, 1).
    """
    if pairs < 1 or not 0 < share < 1 or not 0 < alpha < 1:
        raise ValueError("power needs at least one pair, and a share and an alpha between 0 and 1")
    critical = _critical_losses(pairs, alpha)
    if critical < 0:
        return 0.0
    chances = binomial_chances(pairs, share)
    return float(chances[: critical + 1].sum() + chances[pairs - critical :].sum())


def _critical_losses(pairs: int, alpha: float) -> int:
    """Return the largest number of lost pairs for which the test is significant.

    Return -1 if the test is never significant.
    """
    tail = 2 * np.cumsum(binomial_chances(pairs, 0.5)[: (pairs + 1) // 2])
    return int(np.searchsorted(tail, alpha, side="right")) - 1


def binomial_chances(total: int, share: float) -> FloatArray:
    """Return the binomial probabilities P(0), ..., P(total), (total + 1,); `share` is in (0, 1)."""
    counts = np.arange(1, total + 1)
    logs = np.concatenate([[0.0], np.cumsum(np.log((total - counts + 1) / counts))])
    successes = np.arange(total + 1)
    chances: FloatArray = np.exp(logs + successes * log(share) + (total - successes) * log1p(-share))
    return chances


def pairs_needed(share: float, *, power: float = POWER, alpha: float = ALPHA) -> int:
    """Return the smallest n for which n pairs, and any larger number of pairs, give the power `power`.

    The power of an exact test is not monotonic: one more pair can lower the power slightly.

    Raises:
        ValueError: share is within one percentage point of 50 %, or share, power or alpha is not in (0, 1).
    """
    if not 0 < share < 1 or not 0 < power < 1 or not 0 < alpha < 1:
        raise ValueError("share, power and alpha must be between 0 and 1")
    difference = abs(share - 0.5)
    if difference < SMALLEST_DIFFERENCE - 1e-12:
        raise ValueError("a share within one point of 50 % needs more pairs than any study has")
    z_alpha, z_power = normal_quantile(1 - alpha), normal_quantile(abs(2 * power - 1) or 1e-9)
    z_power = z_power if power >= 0.5 else -z_power
    about = ((z_alpha * 0.5 + z_power * sqrt(share * (1 - share))) / difference) ** 2
    # The smooth approximation `about` ignores that the power oscillates. The oscillation can raise the
    # number of pairs by a few times 1 / difference.
    upper = ceil(about + 6 / difference + 10)
    pairs = upper
    while pairs > 1 and sign_test_power(pairs - 1, share, alpha=alpha) >= power:
        pairs -= 1
    return pairs


def detectable_share(pairs: int, *, power: float = POWER, alpha: float = ALPHA) -> float:
    """Return the smallest share above 50 % that the test detects with this power.

    Return 1.0 if the test detects no share.
    """
    low, high = 0.5, 1 - 1e-9
    if sign_test_power(pairs, high, alpha=alpha) < power:
        return 1.0
    while high - low > 1e-6:
        middle = (low + high) / 2
        low, high = (low, middle) if sign_test_power(pairs, middle, alpha=alpha) >= power else (middle, high)
    return high


def expected_score(vote_share: float, panel: int, *, kappa: float = 0.0) -> float:
    """Return the expected TI2V score of a side that gets the share `vote_share` of all votes.

    The vote shares of pairs are assumed to follow a beta distribution with the intraclass correlation
    `kappa`. Fleiss' kappa of a study is approximately the intraclass correlation. With a `kappa` of 0, all
    pairs have the same vote share.

    Args:
        vote_share: the share of votes, in (0, 1).
        panel: the number of votes per pair, an odd number.
        kappa: the intraclass correlation of the votes on a pair, in [0, 1).

    >>> round(expected_score(0.6, 5), 3), round(expected_score(0.6, 3), 3)
    (0.683, 0.648)
    """
    if not 0 < vote_share < 1 or panel < 1 or panel % 2 == 0 or not 0 <= kappa < 1:
        raise ValueError(
            "expected_score needs a vote share in (0, 1), an odd panel size and a kappa in [0, 1)"
        )
    if kappa == 0:
        return float(binomial_chances(panel, vote_share)[panel // 2 + 1 :].sum())
    a, b = vote_share * (1 - kappa) / kappa, (1 - vote_share) * (1 - kappa) / kappa
    return sum(_beta_binomial(won, panel, a, b) for won in range(panel // 2 + 1, panel + 1))


def _beta_binomial(won: int, panel: int, a: float, b: float) -> float:
    choose = lgamma(panel + 1) - lgamma(won + 1) - lgamma(panel - won + 1)
    return exp(choose + _log_beta(won + a, panel - won + b) - _log_beta(a, b))


def _log_beta(a: float, b: float) -> float:
    return lgamma(a) + lgamma(b) - lgamma(a + b)
