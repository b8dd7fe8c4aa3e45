"""The rule of the automatic judge, on scores computed by hand."""

import pytest

from benchmark.metrics.automatic_judge import ClipJudgement, judge_clip, judge_pair
from benchmark.protocol import Justification, Side

TRUE = {"first_frame_mse": 0.0, "share_inside": 1.0, "direction_error": 0.0, "amount_ratio": 1.0}


@pytest.mark.parametrize(
    ("changed", "score"),
    [
        ({}, 1.0),
        ({"share_inside": 0.5}, 0.5),
        ({"direction_error": 90.0}, 0.5),
        ({"direction_error": 180.0}, 0.0),
        ({"amount_ratio": 0.25}, 0.25),
        ({"amount_ratio": 4.0}, 0.25),
        ({"amount_ratio": 0.0}, 0.0),
        ({"first_frame_mse": 16.0**2}, 0.75),
        ({"first_frame_mse": 100.0**2}, 0.0),
        ({"new_object": 0.3}, 0.3),
    ],
)
def test_the_score_of_a_clip_is_the_product_of_its_parts(changed: dict[str, float], score: float) -> None:
    judged = judge_clip(TRUE | changed)

    assert judged is not None
    assert judged.score == pytest.approx(score)


def test_an_object_without_a_direction_has_no_factor_for_the_direction() -> None:
    without = {name: value for name, value in TRUE.items() if name != "direction_error"}

    assert judge_clip(without | {"share_inside": 0.6}) == ClipJudgement(1.0, 0.6, 1.0)


def test_the_judge_names_what_is_better_about_the_chosen_clip() -> None:
    worse = TRUE | {"direction_error": 90.0, "amount_ratio": 0.5, "first_frame_mse": 0.5}

    judged = judge_pair(worse, TRUE)

    assert judged.chosen is Side.OTHER
    assert judged.reasons == {Justification.TEXT_ALIGNMENT, Justification.OBJECT_MOTION}


def test_the_judge_gives_no_vote_on_nearly_equal_clips() -> None:
    assert judge_pair(TRUE, TRUE | {"share_inside": 0.981}).chosen is None
    assert judge_pair(TRUE, TRUE | {"share_inside": 0.979}).chosen is Side.REFERENCE


def test_a_clip_without_measures_is_not_judged() -> None:
    judged = judge_pair(TRUE, {"first_frame_mse": 0.0, "mean_flow": 1.0})

    assert (judged.chosen, judged.is_measured) == (None, False)
