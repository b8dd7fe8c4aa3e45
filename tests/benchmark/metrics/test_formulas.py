"""Each formula, compared with values computed by hand for small features and frames."""

import numpy as np
import pytest

from benchmark.metrics.camera_motion import (
    CameraMotion,
    camera_motion,
    predicted_motions,
    requested_camera_motion,
)
from benchmark.metrics.clip_similarity import adjacent_similarity, clip_similarity
from benchmark.metrics.dynamic_degree import dynamic_degree, pair_motion, sampling_stride
from benchmark.metrics.first_frame import first_frame_mse, first_frame_ssim
from benchmark.metrics.frame_quality import aesthetic_quality, imaging_quality
from benchmark.metrics.i2v_consistency import i2v_consistency
from benchmark.metrics.motion_smoothness import motion_smoothness
from benchmark.metrics.temporal_consistency import temporal_consistency
from benchmark.metrics.temporal_flickering import temporal_flickering
from benchmark.metrics.vbench_total import BOUNDS, vbench_totals
from benchmark.metrics.vectors import MetricInputError

# Unit vectors in the plane: the cosine of two of them is that of the angle between them.
EAST, NORTH, WEST = (1.0, 0.0), (0.0, 1.0), (-1.0, 0.0)
HALFWAY = (np.sqrt(0.5), np.sqrt(0.5))


def grey(*values: int, side: int = 8) -> np.ndarray:
    return np.stack([np.full((side, side, 3), value, np.uint8) for value in values])


def test_i2v_consistency_weighs_image_mean_and_worst_neighbour() -> None:
    # cos to image: 1, .7071, 0 -> max 1; neighbours .7071, .7071 -> mean and min .7071
    expected = 0.4 * 1 + 0.3 * np.sqrt(0.5) + 0.3 * np.sqrt(0.5)

    assert i2v_consistency(EAST, [EAST, HALFWAY, NORTH]) == pytest.approx(expected)


def test_i2v_consistency_counts_opposite_features_as_zero() -> None:
    assert i2v_consistency(EAST, [WEST, EAST]) == pytest.approx(0.4)


def test_temporal_consistency_averages_previous_and_first() -> None:
    # frame 1: (.7071 + .7071) / 2; frame 2: (.7071 + 0) / 2
    assert temporal_consistency([EAST, HALFWAY, NORTH]) == pytest.approx(
        (np.sqrt(0.5) + np.sqrt(0.5) / 2) / 2
    )


def test_features_of_any_length_count_by_direction_alone() -> None:
    assert temporal_consistency([(3.0, 0.0), (0.5, 0.0)]) == pytest.approx(1.0)


def test_flickering_is_one_minus_the_mean_step() -> None:
    # steps of 51 and 0 out of 255: mean 25.5
    assert temporal_flickering(grey(0, 51, 51)) == pytest.approx(0.9)


def test_smoothness_compares_the_odd_frames_with_their_interpolation() -> None:
    # frames 1 and 3 are predicted as 20 and 60: off by 10 and 0 -> mean 5 of 255
    frames, made = grey(10, 10, 30, 60, 70), grey(20, 60)

    assert motion_smoothness(frames, made) == pytest.approx(250 / 255)


def test_smoothness_ignores_a_last_odd_frame_that_no_even_one_follows() -> None:
    assert motion_smoothness(grey(10, 20, 30, 99), grey(20)) == pytest.approx(1.0)


def test_pair_motion_is_the_mean_of_the_fastest_twentieth() -> None:
    flow = np.zeros((10, 10, 2))
    flow[0, :5] = (3.0, 4.0)  # 5 of 100 pixels move by 5

    assert pair_motion(flow) == pytest.approx(5.0)


def test_dynamic_degree_needs_a_quarter_of_the_frames() -> None:
    # 8 frames: round(4 * 8 / 16) = 2 pairs above 6 * 128 / 256 = 3 pixels
    moving_once = [3.1, 0, 0, 0, 0, 0, 0]
    moving_twice = [3.1, 0, 0, 3.1, 0, 0, 0]
    at_the_limit = [3.0, 0, 0, 3.0, 0, 0, 0]

    assert [dynamic_degree(pairs, height=128, width=256) for pairs in (moving_once, moving_twice)] == [0, 1]
    assert dynamic_degree(at_the_limit, height=128, width=256) == 0


def test_a_static_clip_of_three_frames_does_not_move() -> None:
    assert dynamic_degree([0.0, 0.0], height=64, width=64) == 0


@pytest.mark.parametrize(("fps", "stride"), [(8, 1), (16, 2), (24, 3), (30, 4), (4, 1)])
def test_clips_are_sampled_near_eight_frames_a_second(fps: float, stride: int) -> None:
    assert sampling_stride(fps) == stride


def tracks(top: tuple[int, int], bottom: tuple[int, int], left: tuple[int, int], right: tuple[int, int]):
    first = np.zeros((10, 10, 2)) + 500.0
    last = first.copy()
    for (row, column), step in zip(((0, 5), (9, 5), (5, 0), (5, 9)), (top, bottom, left, right), strict=True):
        last[row, column] += step
    return first, last


@pytest.mark.parametrize(
    ("edges", "motion"),
    [
        (((-9, 0),) * 4, CameraMotion.PAN_RIGHT),
        (((9, 0),) * 4, CameraMotion.PAN_LEFT),
        (((0, 9),) * 4, CameraMotion.TILT_UP),
        (((0, -9),) * 4, CameraMotion.TILT_DOWN),
        (((0, -9), (0, 9), (-9, 0), (9, 0)), CameraMotion.ZOOM_IN),
        (((0, 9), (0, -9), (9, 0), (-9, 0)), CameraMotion.ZOOM_OUT),
        (((0, 0),) * 4, CameraMotion.STATIC),
        (((1, 1),) * 4, CameraMotion.STATIC),  # inside the dead zone of 0.005 * 400 = 2 pixels
    ],
)
def test_edges_tell_the_camera_motion(edges: tuple[tuple[int, int], ...], motion: CameraMotion) -> None:
    predicted = predicted_motions(*tracks(*edges), height=400, width=600)

    assert predicted == {motion}
    assert camera_motion(motion, predicted) == 1.0


def test_the_prompt_requests_a_camera_motion() -> None:
    assert requested_camera_motion("a boat, Camera pans left") is CameraMotion.PAN_LEFT
    assert requested_camera_motion("a camera on a table") is None
    with pytest.raises(MetricInputError, match="pan_left, zoom_in"):
        requested_camera_motion("camera pans left, then camera zooms in")


def test_contradicting_edges_give_no_camera_motion() -> None:
    edges = ((0, 9), (9, 0), (0, 9), (9, 0))

    assert (
        camera_motion(CameraMotion.STATIC, predicted_motions(*tracks(*edges), height=400, width=600)) == 0.0
    )


def test_ratings_are_scaled_to_one() -> None:
    assert aesthetic_quality([4, 6]) == pytest.approx(0.5)
    assert imaging_quality([40, 60]) == pytest.approx(0.5)


def test_clip_similarity_gives_both_scales() -> None:
    similarity = clip_similarity(EAST, [EAST, NORTH, WEST])

    assert similarity.cosine == pytest.approx(0.0)
    assert similarity.clip_score == pytest.approx(2.5 / 3)
    assert adjacent_similarity([EAST, HALFWAY, NORTH]) == pytest.approx(np.sqrt(0.5))


def test_equal_images_are_perfect_and_a_shift_of_brightness_costs_its_square() -> None:
    rng = np.random.default_rng(1)
    image = rng.integers(0, 200, (16, 16, 3), dtype=np.uint8)

    assert first_frame_mse(image, image) == 0
    assert first_frame_ssim(image, image) == pytest.approx(1.0)
    assert first_frame_mse(image, image + np.uint8(10)) == pytest.approx(100.0)


def test_ssim_of_two_flat_images_is_the_luminance_term() -> None:
    # No variance: (2ab + c1) / (a^2 + b^2 + c1), c1 = 6.5025
    expected = (2 * 100 * 200 + 6.5025) / (100**2 + 200**2 + 6.5025)

    assert first_frame_ssim(*grey(100, 200)) == pytest.approx(expected)


def test_the_total_is_the_mean_of_quality_and_i2v() -> None:
    best = {name: high for name, (_, high) in BOUNDS.items()}
    worst = {name: low for name, (low, _) in BOUNDS.items()}

    assert vbench_totals(best).total == pytest.approx(1.0)
    assert vbench_totals(worst).total == pytest.approx(0.0)
    # Of the quality dimensions, weights 1,1,1,.5,1,1: dynamic degree alone gives .5 / 5.5.
    assert vbench_totals(worst | {"dynamic_degree": 1.0}).quality == pytest.approx(0.5 / 5.5)
    assert vbench_totals(worst | {"camera_motion": 1.0}).i2v == pytest.approx(0.1 / 2.1)


@pytest.mark.parametrize("value", [None, float("nan")])
def test_a_missing_dimension_is_refused_by_name(value: float | None) -> None:
    dimensions = dict.fromkeys(BOUNDS, 0.5) | {"motion_smoothness": value}

    with pytest.raises(MetricInputError, match="motion_smoothness"):
        vbench_totals({name: each for name, each in dimensions.items() if each is not None})


def test_a_static_clip_tops_every_image_metric_and_does_not_move() -> None:
    rng = np.random.default_rng(3)
    feature = rng.normal(size=16)
    frames = np.repeat(rng.integers(0, 256, (1, 16, 16, 3), dtype=np.uint8), 5, axis=0)

    assert i2v_consistency(feature, [feature] * 5) == 1.0
    assert temporal_consistency([feature] * 5) == 1.0
    assert temporal_flickering(frames) == 1.0
    assert motion_smoothness(frames, frames[:2]) == 1.0


@pytest.mark.parametrize(
    "call",
    [
        lambda: i2v_consistency(EAST, [EAST]),
        lambda: i2v_consistency(EAST, [EAST, (np.nan, 0.0)]),
        lambda: temporal_consistency([EAST, (0.0, 0.0)]),
        lambda: temporal_flickering(grey(1)),
        lambda: temporal_flickering(grey(1, 2).astype(np.float32)),
        lambda: motion_smoothness(grey(1, 2), grey(1)),
        lambda: motion_smoothness(grey(1, 2, 3), grey(1, 2)),
        lambda: dynamic_degree([0.0], height=8, width=8),
        lambda: pair_motion(np.full((8, 8, 2), np.inf)),
        lambda: sampling_stride(float("nan")),
        lambda: aesthetic_quality([]),
        lambda: imaging_quality([np.nan]),
        lambda: clip_similarity(EAST, np.empty((0, 2))),
        lambda: first_frame_ssim(*grey(1, 2, side=6)),
        lambda: first_frame_mse(grey(1)[0], grey(1, side=4)[0]),
        lambda: predicted_motions(np.zeros((9, 9, 2)), np.zeros((9, 9, 2)), height=8, width=8),
    ],
)
def test_input_that_no_score_follows_from_is_refused(call) -> None:
    with pytest.raises(MetricInputError):
        call()
