"""Gold and training questions: the drawing of the clips determines the correct answer."""

import numpy as np
import pytest

from benchmark.protocol import Justification
from benchmark.scenes import gold_questions
from benchmark.scenes.benchmarks import bundled_pairs
from benchmark.scenes.gold import GoldQuestion, GoldRival, GoldUse
from benchmark.scenes.synthetic import draw_frames
from benchmark.synthetic_models import SYNTHETIC_MODELS


def test_there_are_questions_of_both_uses_and_against_both_rivals() -> None:
    asked = {(question.use, question.other) for question in gold_questions()}

    assert asked == {(use, rival) for use in GoldUse for rival in GoldRival}
    assert sum(question.use is GoldUse.TRAINING for question in gold_questions()) >= 6


def test_both_sides_of_a_question_are_models_without_weights() -> None:
    assert all({question.reference, question.other} <= set(SYNTHETIC_MODELS) for question in gold_questions())


def test_a_frozen_clip_differs_in_motion_and_a_wrong_clip_in_the_text() -> None:
    still = GoldQuestion("kites1_x", GoldUse.GOLD, GoldRival.STATIC)
    wrong = GoldQuestion("kites1_x", GoldUse.GOLD, GoldRival.WRONG_ACTION)

    assert Justification.OBJECT_MOTION in still.justifications
    assert wrong.justifications == (Justification.TEXT_ALIGNMENT,)


@pytest.mark.parametrize("question", gold_questions(), ids=lambda question: question.pair_id[:40])
def test_the_two_clips_of_a_question_differ_plainly(question: GoldQuestion) -> None:
    pair = bundled_pairs()[question.pair_id]
    right = draw_frames("reference", pair, frames=6, size=96).astype(int)
    wrong = draw_frames(question.other, pair, frames=6, size=96).astype(int)

    assert (np.abs(right - wrong).max(axis=3) > 25).mean(axis=(1, 2)).max() > 0.006
