"""Questions whose answer is known, because the engine drew both clips."""

from dataclasses import dataclass
from enum import StrEnum

from benchmark.protocol import Justification


class GoldUse(StrEnum):
    """Training questions are explained to the annotator; gold questions hide among the others."""

    TRAINING = "training"
    GOLD = "gold"


class GoldRival(StrEnum):
    """The model whose clip is the wrong answer; the right one is always `reference`."""

    STATIC = "static"
    WRONG_ACTION = "wrong-action"


# A still clip fails by not moving, and so fails the text too; a wrong action moves well and fails the text.
RIGHT_JUSTIFICATIONS = {
    GoldRival.STATIC: (Justification.OBJECT_MOTION, Justification.TEXT_ALIGNMENT),
    GoldRival.WRONG_ACTION: (Justification.TEXT_ALIGNMENT,),
}


@dataclass(frozen=True)
class GoldQuestion:
    """A comparison with a known answer: `reference` is right.

    Attributes:
        justifications: a right answer ticks at least one of these.
    """

    pair_id: str
    use: GoldUse
    other: GoldRival
    reference: str = "reference"

    @property
    def justifications(self) -> tuple[Justification, ...]:
        return RIGHT_JUSTIFICATIONS[self.other]
