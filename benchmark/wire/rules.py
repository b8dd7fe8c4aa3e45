"""Wire types for the quality rules of a study; the rules are written before the study opens."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from benchmark.protocol import RuleAction, RuleStatus
from benchmark.wire.common import RequestModel, ResponseModel


class _Rule(RequestModel):
    """The server checks a rule only if the annotator has at least `after` answers of the rule's kind.

    If a rule sets neither `after` nor a limit, an exact binomial test decides whether the annotator fails the
    rule (benchmark/stats/rule_limits.py).
    """

    after: Annotated[int, Field(ge=1, le=1000)] | None = None
    action: RuleAction = RuleAction.FLAG


class MinimumShareRule(_Rule):
    """The share of good answers must not be below `minimum`."""

    minimum: Annotated[float, Field(gt=0, le=1, allow_inf_nan=False)] | None = None

    @model_validator(mode="after")
    def _limit_has_after(self) -> Self:
        if (self.minimum is None) != (self.after is None):
            raise ValueError("set both minimum and after, or neither for the default test")
        return self


class MinimumTimeRule(_Rule):
    """The median time of a vote must not be below `minimum_s` seconds.

    If `after` is null, an exact binomial test decides whether the annotator fails the rule. The binomial test
    counts the votes that took less than `minimum_s` seconds.
    """

    minimum_s: Annotated[float, Field(gt=0, le=600, allow_inf_nan=False)] = 2.0


class MaximumShareRule(_Rule):
    """The share of suspicious answers must not be above `maximum`."""

    maximum: Annotated[float, Field(gt=0.5, lt=1, allow_inf_nan=False)] | None = None

    @model_validator(mode="after")
    def _limit_has_after(self) -> Self:
        if (self.maximum is None) != (self.after is None):
            raise ValueError("set both maximum and after, or neither for the default test")
        return self


class Rules(RequestModel):
    """The quality rules of a study.

    Attributes:
        repeats: the number of hidden repeats per annotator. A repeat shows an earlier comparison again, with
            its sides swapped.
        gold: a limit on the share of right answers to hidden gold questions.
        consistency: a limit on the share of repeats with the same answer as before.
        watching: a minimum share of fully watched votes. A vote is fully watched if both clips played to the
            end before the vote, according to the playback events. Votes without events are left out.
        speed: a limit on the median time of a vote.
        side: a limit on the share of votes for one side (A or B).
        straight_sides: a limit on the share of votes for the same side as the annotator's previous vote.
        straight_reasons: a limit on the share of votes with the same reasons as the annotator's previous
            vote.
    """

    repeats: Annotated[int, Field(ge=0, le=50)] = 0
    gold: MinimumShareRule | None = None
    consistency: MinimumShareRule | None = None
    watching: MinimumShareRule | None = None
    speed: MinimumTimeRule | None = None
    side: MaximumShareRule | None = None
    straight_sides: MaximumShareRule | None = None
    straight_reasons: MaximumShareRule | None = None


class RuleResultResponse(ResponseModel):
    """The result of a rule for one annotator.

    `sentence` states what the annotator did. The status is `unknown` until there are enough answers.
    """

    rule: str
    action: RuleAction
    status: RuleStatus
    sentence: str
