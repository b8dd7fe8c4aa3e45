"""Checks one annotator's figures against each quality rule of a study."""

from collections.abc import Iterator
from dataclasses import dataclass

from app.panels.quality_figures import QualityFigures
from benchmark.protocol import RuleAction, RuleStatus
from benchmark.stats import rule_limits
from benchmark.wire.rules import MaximumShareRule, MinimumShareRule, MinimumTimeRule, Rules

_STRICTEST_FIRST = (RuleAction.EXCLUDE, RuleAction.STOP, RuleAction.FLAG)


@dataclass(frozen=True)
class RuleResult:
    """The result of a rule for one annotator, with a sentence for the study's owner."""

    name: str
    action: RuleAction
    status: RuleStatus
    sentence: str


@dataclass(frozen=True)
class _Count:
    """The number of an annotator's answers of one kind, and how many of these answers are bad."""

    bad: int
    answers: int
    honest_rate: float

    def share_below(self, minimum: float, after: int) -> RuleStatus:
        """Check that the share of good answers is not below `minimum`."""
        return _status(self.answers < after, self.answers - self.bad < minimum * self.answers)

    def share_above(self, maximum: float, after: int) -> RuleStatus:
        """Check that the share of bad answers is not above `maximum`."""
        return _status(self.answers < after, self.bad > maximum * self.answers)

    def tested(self, *, level: float = rule_limits.LEVEL) -> RuleStatus:
        """Check with an exact binomial test whether chance can explain the number of bad answers."""
        limit = rule_limits.failing_count(self.answers, self.honest_rate, level=level)
        return _status(limit is None, limit is not None and self.bad >= limit)


def rule_results(rules: Rules, figures: QualityFigures) -> list[RuleResult]:
    """Return the result of each rule of the study; rules with the strictest action come first."""
    return sorted(_results(rules, figures), key=lambda each: _STRICTEST_FIRST.index(each.action))


def failed_rules(rules: Rules, figures: QualityFigures) -> list[RuleResult]:
    """Return the rules that an annotator failed; rules with the strictest action come first."""
    return [each for each in rule_results(rules, figures) if each.status is RuleStatus.FAILED]


def _results(rules: Rules, figures: QualityFigures) -> Iterator[RuleResult]:
    gold = _Count(figures.gold - figures.gold_right, figures.gold, rule_limits.GOLD_WRONG)
    same = _Count(figures.repeats - figures.repeats_same, figures.repeats, rule_limits.REPEAT_CHANGED)
    watched = _Count(figures.playback - figures.watched, figures.playback, rule_limits.NOT_WATCHED)
    for name, rule, count, what in (
        ("gold", rules.gold, gold, "answers to gold questions are right"),
        ("consistency", rules.consistency, same, "repeats have the same answer as before"),
        ("watching", rules.watching, watched, "votes came after both clips were watched to the end"),
    ):
        if rule is not None:
            sentence = f"{count.answers - count.bad} of {count.answers} {what}"
            yield RuleResult(name, rule.action, _of_minimum(rule, count), sentence)
    if rules.speed is not None:
        yield _speed(rules.speed, figures)
    yield from _straight(rules, figures)


def _speed(rule: MinimumTimeRule, figures: QualityFigures) -> RuleResult:
    time_s, votes = figures.median_s, len(figures.times_ms)
    if rule.after is None:
        fast = figures.votes_below(rule.minimum_s)
        status = _Count(fast, votes, rule_limits.TOO_FAST).tested()
        sentence = f"{fast} of {votes} votes took less than {rule.minimum_s:g} s"
        return RuleResult("speed", rule.action, status, sentence)
    is_fast = time_s is not None and time_s < rule.minimum_s
    status = _status(votes < rule.after, is_fast)
    sentence = (
        "no vote has a known time" if time_s is None else f"the median time of a vote is {time_s:.1f} s"
    )
    return RuleResult("speed", rule.action, status, sentence)


def _straight(rules: Rules, figures: QualityFigures) -> Iterator[RuleResult]:
    """Check the rules on votes for one side, and on votes that repeat the previous vote."""
    most = max(figures.left, figures.votes - figures.left)
    letter = "A" if figures.left == most else "B"
    side = _Count(most, figures.votes, rule_limits.ONE_SIDE)
    pairs = max(0, figures.votes - 1)
    sides = _Count(figures.sides_again, pairs, rule_limits.SAME_SIDE_AGAIN)
    reasons = _Count(figures.reasons_again, pairs, rule_limits.SAME_REASONS_AGAIN)
    if rules.side is not None:
        # An annotator can prefer either side, so there is one test for each side, at half of the significance
        # level.
        status = _of_maximum(rules.side, side, level=rule_limits.LEVEL / 2)
        sentence = f"{most} of {figures.votes} votes are for side {letter}"
        yield RuleResult("side", rules.side.action, status, sentence)
    for name, rule, count, what in (
        ("straight_sides", rules.straight_sides, sides, "are for the same side as the vote before"),
        ("straight_reasons", rules.straight_reasons, reasons, "give the same reasons as the vote before"),
    ):
        if rule is not None:
            sentence = f"{count.bad} of {count.answers} votes {what}"
            yield RuleResult(name, rule.action, _of_maximum(rule, count), sentence)


def _of_minimum(rule: MinimumShareRule, count: _Count) -> RuleStatus:
    if rule.minimum is None or rule.after is None:
        return count.tested()
    return count.share_below(rule.minimum, rule.after)


def _of_maximum(rule: MaximumShareRule, count: _Count, *, level: float = rule_limits.LEVEL) -> RuleStatus:
    if rule.maximum is None or rule.after is None:
        return count.tested(level=level)
    return count.share_above(rule.maximum, rule.after)


def _status(is_unknown: bool, has_failed: bool) -> RuleStatus:
    if is_unknown:
        return RuleStatus.UNKNOWN
    return RuleStatus.FAILED if has_failed else RuleStatus.PASSED
