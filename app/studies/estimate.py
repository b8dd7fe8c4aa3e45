"""Estimates a planned study's votes, hours and annotators, and the smallest score that the study detects."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil

from app.panels.pay import cost, money
from app.panels.time_estimate import SECONDS_PER_PAIR
from benchmark.stats.power import ALPHA, POWER, detectable_share
from benchmark.wire.drafts import GoldRequest
from benchmark.wire.pay import HourlyPay


@dataclass(frozen=True)
class StudyEstimate:
    """The size of a planned study.

    Attributes:
        comparisons: number of comparisons over all matchups.
        votes_per_comparison: the size of each panel, which is the number of annotators who vote on a
            comparison.
        people: the smallest number of annotators that can give all votes.
        detectable: the smallest TI2V score above 0.5 that the test of one matchup detects with a power of
            0.8. The score is computed for the matchup with the fewest pairs, and is 1 if the test detects no
            score.
        detectable_corrected: the smallest detectable score after Holm's correction for several matchups; the
            test then uses the strictest level of the correction.
        gold_questions: the number of answers to gold questions that all annotators give together.
        pay: the pay for an hour; None if the owner entered no pay.
    """

    matchups: int
    comparisons: int
    votes_per_comparison: int
    people: int
    detectable: float
    detectable_corrected: float
    gold_questions: int = 0
    pay: HourlyPay | None = None
    power_percent: int = round(100 * POWER)
    seconds: int = SECONDS_PER_PAIR

    @property
    def judgements(self) -> int:
        return self.comparisons * self.votes_per_comparison

    @property
    def answers(self) -> int:
        return self.judgements + self.gold_questions

    @property
    def cost(self) -> str | None:
        """Return the cost of all answers with the fee; None if the owner entered no pay."""
        return money(cost(self.pay, self.answers), self.pay.currency) if self.pay else None

    @property
    def cost_note(self) -> str:
        if self.pay is None:
            return ""
        fee = f", with a fee of {self.pay.fee_percent:f}\u00a0%" if self.pay.fee_percent else ""
        return f"at {money(self.pay.per_hour, self.pay.currency)} an hour{fee}"

    @property
    def hours(self) -> str:
        """Return the working time of all annotators together."""
        hours = self.answers * self.seconds / 3600
        return f"{hours:,.0f}" if hours >= 10 else f"{hours:.1f}"

    @property
    def smallest_score(self) -> str:
        return _percent(self.detectable)

    @property
    def smallest_corrected(self) -> str:
        return _percent(self.detectable_corrected)


def _percent(share: float) -> str:
    """Return a share as text with a no-break space; `none` if the test detects no score."""
    return "none" if share >= 1 else f"{100 * share:.1f}\u00a0%"


def estimate_study(
    matchups: Sequence[tuple[str, str]],
    pairs: Mapping[str, frozenset[int]],
    *,
    votes_per_comparison: int,
    comparisons_per_annotator: int | None,
    gold: GoldRequest | None = None,
    pay: HourlyPay | None = None,
) -> StudyEstimate | None:
    """Return the estimated size of a study.

    Return None if there are no matchups, or if the two sides of a matchup have no pair in common.

    Args:
        matchups: the two sides of each matchup.
        pairs: for each side, the pairs for which the side has a clip.
    """
    none: frozenset[int] = frozenset()
    common = [len(pairs.get(reference, none) & pairs.get(other, none)) for reference, other in matchups]
    if not common or min(common) == 0:
        return None
    comparisons, fewest = sum(common), min(common)
    judgements = comparisons * votes_per_comparison
    shown = min(comparisons_per_annotator or comparisons, comparisons)
    # Nobody votes on a comparison twice, so a panel needs as many people as votes.
    people = max(votes_per_comparison, ceil(judgements / shown))
    return StudyEstimate(
        matchups=len(common),
        comparisons=comparisons,
        votes_per_comparison=votes_per_comparison,
        people=people,
        detectable=detectable_share(fewest),
        detectable_corrected=detectable_share(fewest, alpha=ALPHA / len(common)),
        gold_questions=_gold_questions(gold, judgements=judgements, people=people),
        pay=pay,
    )


def _gold_questions(gold: GoldRequest | None, *, judgements: int, people: int) -> int:
    if gold is None:
        return 0
    if gold.count is not None:
        return people * gold.count
    # One of every `block` comparisons of an annotator is a gold question.
    block = round(1 / (gold.share or 1))
    return judgements // (block - 1)
