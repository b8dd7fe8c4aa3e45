"""Defines gold questions: comparisons of two synthetic clips, whose right answer is known."""

from dataclasses import dataclass
from enum import StrEnum

from benchmark.protocol import Justification


class GoldUse(StrEnum):
    """The use of a question.

    Training questions explain their answers; gold questions look like other comparisons.
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
    """A comparison with a known answer: the clip of `reference` is right.

    Attributes:
        justifications: a careful annotator ticks at least one of these justifications. The service scores
            only the choice.
    """

    pair_id: str
    use: GoldUse
    other: GoldRival
    reference: str = "reference"

    @property
    def justifications(self) -> tuple[Justification, ...]:
        return RIGHT_JUSTIFICATIONS[self.other]
