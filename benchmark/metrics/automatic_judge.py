"""The automatic judge: a fixed rule that chooses the clip that is closer to the pair's true clip.

docs/reproduction.md defines the rule. A study with this judge has the kind `automatic`; its votes are never
counted together with votes of people.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import cos, radians, sqrt

from benchmark.protocol import Justification, Side

RULE = "true-motion-1"
# If two scores differ by less, the judge gives no vote, or does not tick the reason.
TIE_BELOW = 0.02
# If the root mean squared difference of the first frame and the input image is at least this many levels (of
# 255), the fidelity is 0.
_UNFAITHFUL_LEVELS = 64.0
PSEUDONYM = "automatic-judge"


@dataclass(frozen=True)
class ClipJudgement:
    """The parts of a clip's score; each part is in [0, 1].

    With the exact flow, each part is 1 for the pair's true clip. With an estimated flow, `text` is below 1
    even for a true clip, because the estimated motion spreads into the surroundings of the object. For true
    clips, the median of `share_inside` is 0.33 (docs/reproduction.md).

    Attributes:
        fidelity: how similar the first frame is to the input image.
        text: whether the object that the prompt names moves in the direction that the prompt names; for a new
            object, whether the object appears.
        amount: whether the object moves as far as in the true clip; 1 for a new object.
    """

    fidelity: float
    text: float
    amount: float

    @property
    def score(self) -> float:
        return self.fidelity * self.text * self.amount


@dataclass(frozen=True)
class PairJudgement:
    """The judge's decision between two clips of one pair.

    Attributes:
        chosen: the chosen side; None if the judge gives no vote.
        reasons: the reasons that the judge ticks for the chosen side.
        is_measured: whether both clips have all scores that the rule needs.
    """

    chosen: Side | None
    reasons: frozenset[Justification] = frozenset()
    is_measured: bool = True


def judge_clip(values: Mapping[str, float]) -> ClipJudgement | None:
    """Return the judgement of a clip from its scores in the suite `motion`.

    Return None if the pair has no true motion and no new object, or if the clip was not measured.
    """
    if "first_frame_mse" not in values:
        return None
    fidelity = max(0.0, 1 - sqrt(values["first_frame_mse"]) / _UNFAITHFUL_LEVELS)
    if "new_object" in values:
        return ClipJudgement(fidelity, text=values["new_object"], amount=1.0)
    if "share_inside" not in values or "amount_ratio" not in values:
        return None
    direction = (1 + cos(radians(values["direction_error"]))) / 2 if "direction_error" in values else 1.0
    ratio = values["amount_ratio"]
    amount = min(ratio, 1 / ratio) if ratio > 0 else 0.0
    return ClipJudgement(fidelity, text=values["share_inside"] * direction, amount=amount)


def judge_pair(reference: Mapping[str, float], other: Mapping[str, float]) -> PairJudgement:
    """Choose one of two clips of a pair from their scores in the suite `motion`.

    >>> moved = {"first_frame_mse": 0.0, "share_inside": 0.9, "direction_error": 0.0, "amount_ratio": 1.0}
    >>> judge_pair(moved, {**moved, "amount_ratio": 0.5}).chosen
    <Side.REFERENCE: 'reference'>
    """
    judged = {Side.REFERENCE: judge_clip(reference), Side.OTHER: judge_clip(other)}
    first, second = judged[Side.REFERENCE], judged[Side.OTHER]
    if first is None or second is None:
        return PairJudgement(None, is_measured=False)
    difference = first.score - second.score
    if abs(difference) < TIE_BELOW:
        return PairJudgement(None)
    if difference > 0:
        return PairJudgement(Side.REFERENCE, _reasons(first, second))
    return PairJudgement(Side.OTHER, _reasons(second, first))


def _reasons(chosen: ClipJudgement, rejected: ClipJudgement) -> frozenset[Justification]:
    better = {
        Justification.IMAGE_ALIGNMENT: chosen.fidelity - rejected.fidelity,
        Justification.TEXT_ALIGNMENT: chosen.text - rejected.text,
        Justification.OBJECT_MOTION: chosen.amount - rejected.amount,
    }
    return frozenset(reason for reason, gain in better.items() if gain >= TIE_BELOW)
