"""The profiles of simulated annotators: skill, speed and honesty."""

from dataclasses import dataclass
from enum import StrEnum


class Choosing(StrEnum):
    """How an annotator chooses a side.

    `skill`: by the annotator's opinion. `random`: by a coin toss. `left`: always clip A. `gold`: right
    answers to gold questions and in the quiz; a coin toss decides all other answers.
    """

    SKILL = "skill"
    RANDOM = "random"
    LEFT = "left"
    GOLD = "gold"


@dataclass(frozen=True, kw_only=True)
class Profile:
    """A kind of annotator.

    Attributes:
        agreement: the probability that the annotator chooses as most people would; 0.5 means chance.
        gold_right: the probability of a right answer to a gold question and in the quiz.
        same_again: the probability of the same answer when a comparison is repeated.
        seconds: the median time for one comparison, in seconds.
        loads_clips: whether the annotator loads both clips before the vote.
        watches: whether the annotator watches both clips to the end.
        varies_reasons: whether the annotator gives different reasons.
    """

    name: str
    is_honest: bool
    choosing: Choosing
    agreement: float = 0.5
    gold_right: float = 0.5
    same_again: float = 0.5
    seconds: float
    loads_clips: bool = True
    watches: bool = True
    varies_reasons: bool = True


PROFILES = {
    each.name: each
    for each in (
        Profile(
            name="expert", is_honest=True, choosing=Choosing.SKILL, seconds=24,
            agreement=0.9, gold_right=0.99, same_again=0.92,
        ),
        Profile(
            name="careful", is_honest=True, choosing=Choosing.SKILL, seconds=18,
            agreement=0.8, gold_right=0.97, same_again=0.85,
        ),
        Profile(
            name="average", is_honest=True, choosing=Choosing.SKILL, seconds=13,
            agreement=0.7, gold_right=0.96, same_again=0.78,
        ),
        Profile(name="random", is_honest=False, choosing=Choosing.RANDOM, seconds=9),
        Profile(
            name="always-left", is_honest=False, choosing=Choosing.LEFT, seconds=6, varies_reasons=False
        ),
        Profile(name="instant", is_honest=False, choosing=Choosing.RANDOM, seconds=0.8, watches=False),
        Profile(
            name="replay", is_honest=False, choosing=Choosing.RANDOM, seconds=2, loads_clips=False,
            watches=False,
        ),
        Profile(
            name="gold-only", is_honest=False, choosing=Choosing.GOLD, seconds=1.5, gold_right=1.0,
            watches=False,
        ),
    )
}  # fmt: skip
