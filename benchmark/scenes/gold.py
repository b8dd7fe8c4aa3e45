"""Defines gold questions: comparisons of two synthetic clips for which the right answer is known."""

from dataclasses import dataclass
from enum import StrEnum

from benchmark.protocol import Justification


class GoldUse(StrEnum):
    """The use of a question.

    After a training question, the annotator sees an explanation. A gold question looks like all other
    comparisons.
    """

    TRAINING = "training"
    GOLD = "gold"


class GoldRival(StrEnum):
    """The model whose clip is the wrong answer; the right answer is always the clip of `reference`."""

    STATIC = "static"
    WRONG_ACTION = "wrong-action"


# A still clip has no motion and does not match the text. A clip with a wrong action has motion but does not
# match the text.
RIGHT_JUSTIFICATIONS = {
    GoldRival.STATIC: (Justification.OBJECT_MOTION, Justification.TEXT_ALIGNMENT),
    GoldRival.WRONG_ACTION: (Justification.TEXT_ALIGNMENT,),
}


@dataclass(frozen=True)
class GoldQuestion:
    """A comparison with a known right answer: the clip of the model `reference`.

    Attributes:
        justifications: a careful annotator ticks at least one of these justifications. The server scores only
            the chosen clip, not the justifications.
    """

    pair_id: str
    use: GoldUse
    other: GoldRival
    reference: str = "reference"

    @property
    def justifications(self) -> tuple[Justification, ...]:
        return RIGHT_JUSTIFICATIONS[self.other]
