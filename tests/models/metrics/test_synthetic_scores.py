"""The measures of the re-test on clips of 32 x 32 pixels whose motion is known."""

import cv2
import numpy as np
import pytest

from benchmark.metrics.truth import Truth
from benchmark.scenes import bundled_pairs
from models.metrics.synthetic_scores import COLUMNS, measure_clips
from models.metrics.truths import truth_of_pair

SIDE, FRAMES = 32, 8


def textured(seed: int, side: int) -> np.ndarray:
    noise = np.random.default_rng(seed).uniform(60, 180, (side, side, 3)).astype(np.float32)
    return np.clip(cv2.GaussianBlur(noise, (0, 0), 1.0) * 1.6 - 70, 0, 255).astype(np.uint8)


def moving(x: int, y: int, *, start: tuple[int, int] = (11, 11), scene: int = 1) -> Truth:
    """Return a clip: an object of 10 x 10 pixels moves by (x, y) pixels per frame over a static texture."""
    frames = np.repeat(textured(scene, SIDE)[None], FRAMES, axis=0)
    mask = np.zeros((FRAMES, SIDE, SIDE), bool)
    flow = np.zeros((FRAMES - 1, SIDE, SIDE, 2), np.float32)
    for number in range(FRAMES):
        left, top = start[0] + x * number, start[1] + y * number
        frames[number, top : top + 10, left : left + 10] = 255 - textured(9, 10)
        mask[number, top : top + 10, left : left + 10] = True
    flow[mask[:-1]] = (x, y)
    return Truth(frames, flow, mask, enters=False)


def measures(frames: np.ndarray, truth: Truth) -> dict[str, float | None]:
    (row,) = measure_clips(frames[None], [truth])
    assert tuple(row) == COLUMNS
    return row


def test_the_true_clip_scores_well_in_spite_of_the_estimated_flow() -> None:
    truth = moving(1, 0)

    row = measures(truth.frames, truth)

    assert row["direction_error"] == pytest.approx(0.0, abs=5)
    assert row["amount_ratio"] == pytest.approx(1.0, abs=0.15)
    assert row["share_inside"] > 0.7
    assert row["background_drift"] < 0.3
    assert (row["first_frame_mse"], row["new_object"]) == (0.0, None)


def test_the_opposite_direction_and_a_static_clip_are_recognised() -> None:
    truth = moving(1, 0)
    opposite, still = moving(-1, 0), np.repeat(truth.frames[:1], FRAMES, axis=0)

    assert measures(opposite.frames, truth)["direction_error"] > 150
    assert measures(still, truth)["amount_ratio"] == 0.0
    assert measures(still, truth)["direction_error"] is None


def test_another_object_that_moves_is_motion_outside_the_asked_object() -> None:
    truth = moving(0, 1, start=(1, 1))
    other = moving(0, 1, start=(20, 1))

    row = measures(other.frames, truth)

    assert row["share_inside"] < 0.1
    assert row["background_drift"] > 0.2
    assert row["first_frame_mse"] > 100


def test_a_pair_of_the_starter_benchmark_has_a_true_clip_with_its_new_object() -> None:
    pair = next(each for each in bundled_pairs().values() if each.action == "bird_enters")

    truth = truth_of_pair(pair.id, frames=4, size=(64, 64))

    assert truth is not None
    assert truth.enters
    assert truth.flow is None
    assert not truth.mask[0].any()
    assert truth.mask[-1].any()
    assert truth_of_pair("unknown", frames=4, size=(64, 64)) is None
