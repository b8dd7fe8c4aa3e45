"""The weight-free formulas on clips whose motion and artifacts are known."""

import numpy as np
import pytest

from benchmark.metrics.artifacts import artifacts
from benchmark.metrics.motion_amount import motion_amount
from benchmark.metrics.true_motion import true_motion
from benchmark.metrics.vectors import MetricInputError

SIDE = 40


def uniform_flow(x: float, y: float, *, steps: int = 3) -> np.ndarray:
    return np.tile(np.array([x, y], np.float32), (steps, SIDE, SIDE, 1))


def walk(*offsets: int) -> np.ndarray:
    """Return frames with a bright square at these columns, on static grey noise."""
    background = np.random.default_rng(5).integers(90, 110, (SIDE, SIDE, 3), dtype=np.uint8)
    frames = np.repeat(background[None], len(offsets), axis=0)
    for frame, offset in zip(frames, offsets, strict=True):
        frame[10:30, offset : offset + 10] = 220
    return frames


def test_motion_is_counted_per_second_and_by_the_shorter_side() -> None:
    flow = uniform_flow(3, 4)
    flow[:, :, SIDE // 2 :] = 0

    amount = motion_amount(flow, fps=8)

    # Half of the pixels move 5 pixels a frame: mean 2.5 of 40 pixels, 8 times a second.
    assert amount.mean_flow == pytest.approx(100 * 2.5 / 40 * 8)
    assert amount.moving_pixels == pytest.approx(0.5)


def test_a_still_clip_does_not_move() -> None:
    amount = motion_amount(uniform_flow(0, 0), fps=8)

    assert (amount.mean_flow, amount.moving_pixels) == (0, 0)


def test_a_steady_walk_has_no_artifacts() -> None:
    found = artifacts(walk(0, 5, 10, 15, 20, 25))

    assert (found.flashes, found.freezes, found.cuts, found.loop) == (0, 0.0, 0, 0.0)
    assert found.colour_shift < 1


def test_one_bright_frame_is_one_flash() -> None:
    frames = walk(0, 5, 10, 15, 20, 25)
    frames[3] = np.minimum(frames[3].astype(int) + 12, 255)

    assert artifacts(frames).flashes == 1


def test_every_seventeenth_frame_dark_is_found_each_time() -> None:
    frames = walk(*[offset % 30 for offset in range(52)])
    for number in (17, 34):
        frames[number] = frames[number] * 0.85

    assert artifacts(frames).flashes == 2


def test_a_brightness_that_rises_and_stays_is_no_flash() -> None:
    frames = walk(0, 5, 10, 15, 20, 25)
    frames[3:] = np.minimum(frames[3:].astype(int) + 12, 255)

    assert artifacts(frames).flashes == 0


def test_repeated_frames_are_freezes() -> None:
    assert artifacts(walk(0, 5, 5, 5, 10)).freezes == pytest.approx(0.5)


def test_another_scene_is_a_cut_and_a_fast_object_is_not() -> None:
    frames = walk(0, 2, 4, 6, 8, 10)
    frames[3:] = 255 - frames[3:]

    assert artifacts(frames).cuts == 1
    assert artifacts(walk(0, 10, 20, 30, 20, 10)).cuts == 0


def test_a_clip_that_returns_to_its_start_is_a_loop() -> None:
    assert artifacts(walk(0, 5, 10, 15, 10, 5, 0)).loop == 1.0
    assert artifacts(walk(0, 5, 10, 15, 20, 25, 30)).loop == 0.0
    assert artifacts(walk(0, 0, 0, 0)).loop == 0.0


def test_a_colour_drift_is_measured_in_levels() -> None:
    frames = np.stack([np.full((8, 8, 3), (100 + 3 * n, 100, 100 + 4 * n), np.uint8) for n in range(3)])

    assert artifacts(frames).colour_shift == pytest.approx(10.0)


def object_mask(*, steps: int = 3) -> np.ndarray:
    mask = np.zeros((steps, SIDE, SIDE), bool)
    mask[:, 10:30, 10:30] = True
    return mask


def test_the_true_clip_agrees_with_itself() -> None:
    mask = object_mask()
    true = uniform_flow(2, 0) * mask[..., None]

    same = true_motion(true, true, mask)

    assert same.share_inside == pytest.approx(1.0)
    assert same.direction_error == pytest.approx(0.0)
    assert same.amount_ratio == pytest.approx(1.0)
    assert same.background_drift == 0.0


def test_a_wrong_direction_and_a_wrong_amount_give_different_scores() -> None:
    mask = object_mask()
    true = uniform_flow(2, 0) * mask[..., None]

    turned = true_motion(uniform_flow(0, 1) * mask[..., None], true, mask)

    assert turned.direction_error == pytest.approx(90.0)
    assert turned.amount_ratio == pytest.approx(0.5)


def test_a_static_clip_has_no_direction_and_no_share() -> None:
    mask = object_mask()
    true = uniform_flow(2, 0) * mask[..., None]

    still = true_motion(uniform_flow(0, 0), true, mask)

    assert still == type(still)(0.0, None, 0.0, 0.0)


def test_a_drifting_background_is_seen() -> None:
    mask = object_mask()
    true = uniform_flow(2, 0) * mask[..., None]

    pan = true_motion(uniform_flow(2, 0), true, mask)

    assert pan.background_drift == pytest.approx(100 * 2 / SIDE)
    assert pan.share_inside == pytest.approx(400 / 1600)


@pytest.mark.parametrize(
    "call",
    [
        lambda: motion_amount(uniform_flow(1, 1), fps=0),
        lambda: motion_amount(uniform_flow(np.nan, 1), fps=8),
        lambda: motion_amount(np.zeros((0, 4, 4, 2)), fps=8),
        lambda: artifacts(walk(0, 1)),
        lambda: true_motion(uniform_flow(1, 1), uniform_flow(1, 1), object_mask(steps=2)),
        lambda: true_motion(uniform_flow(1, 1), uniform_flow(1, 1), np.zeros((3, SIDE, SIDE), bool)),
        lambda: true_motion(uniform_flow(1, 1), uniform_flow(0, 0), object_mask()),
    ],
)
def test_input_that_no_score_follows_from_is_refused(call) -> None:
    with pytest.raises(MetricInputError):
        call()
