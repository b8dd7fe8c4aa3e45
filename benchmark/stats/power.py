"""Planning a study: how many pairs and votes a difference needs, and what a planned study can find.

The test planned for is the exact sign test over pairs (`stats.significance`), so power is exact too: a sum
of binomial probabilities. A panel's majority exaggerates what single votes say, so the TI2V score grows
with the panel; `expected_score` says by how much.
"""

from dataclasses import dataclass
from math import ceil, exp, lgamma, log, log1p, sqrt

import numpy as np

from benchmark.stats.arrays import FloatArray
from benchmark.stats.intervals import normal_quantile

ALPHA = 0.05
POWER = 0.8
SMALLEST_DIFFERENCE = 0.01  # it takes 19,765 pairs already


@dataclass(frozen=True)
class StudyPlan:
    """What a study of this size costs and can find.

    Attributes:
        judgements: votes in all, matchups x pairs x panel.
        share: the TI2V score that is to be told from 50 %, in (0, 1).
        power: the chance to find it in one matchup (p < 0.05).
        power_corrected: the same at the hardest step of Holm's correction over the matchups.
        detectable_share: the smallest score above 50 % found with power 0.8.
    """

    matchups: int
    pairs: int
    panel: int
    judgements: int
    share: float
    power: float
    power_corrected: float
    detectable_share: float


def plan_study(
    *, share: float, matchups: int = 1, panel: int = 5, pairs: int | None = None, power: float = POWER
) -> StudyPlan:
    """Return the plan for a TI2V score of `share`; without `pairs`, with as many as that power needs.

    Raises:
        ValueError: share is not in (0, 1) or within a point of 50 %, the panel is not odd, or a number is
            not positive.
    """
    if matchups < 1 or panel < 1 or panel % 2 == 0:
        raise ValueError("a study has at least one matchup and an odd panel")
    pairs = pairs_needed(share, power=power) if pairs is None else pairs
    return StudyPlan(
        matchups=matchups,
        pairs=pairs,
        panel=panel,
        judgements=matchups * pairs * panel,
        share=share,
        power=sign_test_power(pairs, share),
        power_corrected=sign_test_power(pairs, share, alpha=ALPHA / matchups),
        detectable_share=detectable_share(pairs),
    )


def plan_sentence(plan: StudyPlan) -> str:
    """Return the plan in plain words."""
    return (
        f"{plan.matchups} matchup{'s' * (plan.matchups > 1)} on {plan.pairs} pairs with {plan.panel} votes "
        f"each cost {plan.judgements:,} judgements. A TI2V score of {100 * plan.share:.4g} % is told from "
        f"50 % with a chance of {plan.power:.2f}, or {plan.power_corrected:.2f} after correction for all "
        f"matchups. "
        f"Scores from {100 * plan.detectable_share:.1f} % on are found four times out of five."
    )


def sign_test_power(pairs: int, share: float, *, alpha: float = ALPHA) -> float:
    """Return the chance that the sign test finds a share of won pairs that truly is `share`.

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
    """Return the most lost pairs that are still significant; -1 where even a clean sweep is not."""
    tail = 2 * np.cumsum(binomial_chances(pairs, 0.5)[: (pairs + 1) // 2])
    return int(np.searchsorted(tail, alpha, side="right")) - 1


def binomial_chances(total: int, share: float) -> FloatArray:
    """Return (total + 1,) P(0), ..., P(total) of a binomial with share in (0, 1)."""
    counts = np.arange(1, total + 1)
    logs = np.concatenate([[0.0], np.cumsum(np.log((total - counts + 1) / counts))])
    successes = np.arange(total + 1)
    chances: FloatArray = np.exp(logs + successes * log(share) + (total - successes) * log1p(-share))
    return chances


def pairs_needed(share: float, *, power: float = POWER, alpha: float = ALPHA) -> int:
    """Return the fewest pairs from which on the power never falls below `power`.

    The power of an exact test is a saw: one more pair can lower it a little. The number returned is
    past the last tooth that is too low.

    Raises:
        ValueError: share is within a point of 50 %, or share, power or alpha is not in (0, 1).
    """
    if not 0 < share < 1 or not 0 < power < 1 or not 0 < alpha < 1:
        raise ValueError("share, power and alpha lie between 0 and 1")
    difference = abs(share - 0.5)
    if difference < SMALLEST_DIFFERENCE - 1e-12:
        raise ValueError("a share within one point of 50 % needs more pairs than any study has")
    z_alpha, z_power = normal_quantile(1 - alpha), normal_quantile(abs(2 * power - 1) or 1e-9)
    z_power = z_power if power >= 0.5 else -z_power
    about = ((z_alpha * 0.5 + z_power * sqrt(share * (1 - share))) / difference) ** 2
    # The teeth reach a few times 1 / difference beyond the smooth curve.
    upper = ceil(about + 6 / difference + 10)
    pairs = upper
    while pairs > 1 and sign_test_power(pairs - 1, share, alpha=alpha) >= power:
        pairs -= 1
    return pairs


def detectable_share(pairs: int, *, power: float = POWER, alpha: float = ALPHA) -> float:
    """Return the smallest share above 50 % that is found with that power; 1.0 where none is."""
    low, high = 0.5, 1 - 1e-9
    if sign_test_power(pairs, high, alpha=alpha) < power:
        return 1.0
    while high - low > 1e-6:
        middle = (low + high) / 2
        low, high = (low, middle) if sign_test_power(pairs, middle, alpha=alpha) >= power else (middle, high)
    return high


def expected_score(vote_share: float, panel: int, *, kappa: float = 0.0) -> float:
    """Return the TI2V score expected when `vote_share` of single votes go to a side.

    Pairs differ in how clear they are: a pair's own share follows a beta distribution whose intraclass
    correlation is `kappa` (about what Fleiss' kappa of a study measures); 0 means that all pairs are alike.

    Args:
        vote_share: in (0, 1).
        panel: votes a pair, odd.
        kappa: in [0, 1).

    >>> round(expected_score(0.6, 5), 3), round(expected_score(0.6, 3), 3)
    (0.683, 0.648)
    """
    if not 0 < vote_share < 1 or panel < 1 or panel % 2 == 0 or not 0 <= kappa < 1:
        raise ValueError("a vote share in (0, 1), an odd panel and a kappa in [0, 1)")
    if kappa == 0:
        return float(binomial_chances(panel, vote_share)[panel // 2 + 1 :].sum())
    a, b = vote_share * (1 - kappa) / kappa, (1 - vote_share) * (1 - kappa) / kappa
    return sum(_beta_binomial(won, panel, a, b) for won in range(panel // 2 + 1, panel + 1))


def _beta_binomial(won: int, panel: int, a: float, b: float) -> float:
    choose = lgamma(panel + 1) - lgamma(won + 1) - lgamma(panel - won + 1)
    return exp(choose + _log_beta(won + a, panel - won + b) - _log_beta(a, b))


def _log_beta(a: float, b: float) -> float:
    return lgamma(a) + lgamma(b) - lgamma(a + b)
