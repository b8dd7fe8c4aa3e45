"""The scores against a true clip, on frames whose values can be computed by hand."""

import numpy as np
import pytest

from benchmark.metrics.truth import Truth, new_object, truth_scores
from benchmark.metrics.vectors import MetricInputError

SIDE = 8


def entering(*, flow: np.ndarray | None = None) -> Truth:
    """Return a true clip: between frames 1 and 2, a white object of 2 x 2 pixels enters a grey image."""
    frames = np.full((3, SIDE, SIDE, 3), 100, np.uint8)
    frames[2, 2:4, 2:4] = 200
    return Truth(frames, flow, frames[..., 0] == 200, enters=True)


def still(value: int) -> np.ndarray:
    return np.full((SIDE, SIDE, 3), value, np.uint8)


@pytest.mark.parametrize(
    ("shown", "score"),
    [(200, 1.0), (100, 0.0), (150, 0.5), (0, 0.0)],
    ids=["the object", "the input image", "half of it", "something else"],
)
def test_a_new_object_scores_by_its_distance_from_the_true_object(shown: int, score: float) -> None:
    assert new_object(still(shown), entering()) == pytest.approx(score)


def test_a_new_object_without_known_flow_has_no_scores_of_motion() -> None:
    truth = entering()

    assert truth_scores(truth.frames, np.zeros((2, SIDE, SIDE, 2)), truth) == {"new_object": 1.0}


def test_an_object_that_was_there_from_the_start_has_no_score_as_a_new_object() -> None:
    flow = np.zeros((2, SIDE, SIDE, 2))
    flow[:, 2:4, 2:4] = (1.0, 0.0)
    mask = np.zeros((3, SIDE, SIDE), bool)
    mask[:, 2:4, 2:4] = True
    truth = Truth(np.zeros((3, SIDE, SIDE, 3), np.uint8), flow, mask, enters=False)

    scores = truth_scores(truth.frames, 0.5 * flow, truth)

    assert scores == pytest.approx(
        {"share_inside": 1.0, "amount_ratio": 0.5, "background_drift": 0.0, "direction_error": 0.0}
    )


def test_an_invisible_object_and_another_size_are_refused() -> None:
    truth = entering()
    hidden = Truth(np.full_like(truth.frames, 100), None, truth.mask, enters=True)

    with pytest.raises(MetricInputError, match="not visible"):
        new_object(still(100), hidden)
    with pytest.raises(MetricInputError, match="one shape"):
        truth_scores(truth.frames[:, :4], np.zeros((2, 4, SIDE, 2)), truth)
