"""Wire types for the quality rules of a study; the rules are written before the study opens."""

from typing import Annotated

from pydantic import Field

from benchmark.protocol import RuleAction
from benchmark.wire.common import RequestModel


class _Rule(RequestModel):
    """The server checks a rule only if the annotator has at least `after` answers of the rule's kind."""

    after: Annotated[int, Field(ge=1, le=1000)]
    action: RuleAction = RuleAction.FLAG


class MinimumShareRule(_Rule):
    """The share of right answers (or, for repeats, of unchanged answers) must not be below `minimum`."""

    minimum: Annotated[float, Field(gt=0, le=1, allow_inf_nan=False)]


class MinimumTimeRule(_Rule):
    """The median time of a vote must not be below `minimum_s` seconds."""

    minimum_s: Annotated[float, Field(gt=0, le=600, allow_inf_nan=False)]


class MaximumShareRule(_Rule):
    """The share of votes for the same side (A or B) must not be above `maximum`."""

    maximum: Annotated[float, Field(gt=0.5, lt=1, allow_inf_nan=False)]


class Rules(RequestModel):
    """The quality rules of a study.

    Attributes:
        repeats: the number of hidden repeats per annotator. A repeat shows an earlier comparison again, with
            its sides swapped.
        gold: a limit on the share of right answers to hidden gold questions.
        consistency: a limit on the share of repeats with the same answer as before.
        speed: a limit on the median time of a vote.
        side: a limit on the share of votes for one side.
    """

    repeats: Annotated[int, Field(ge=0, le=50)] = 0
    gold: MinimumShareRule | None = None
    consistency: MinimumShareRule | None = None
    speed: MinimumTimeRule | None = None
    side: MaximumShareRule | None = None
