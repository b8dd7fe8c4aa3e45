"""Sigma, units, the last frame and sizes, compared with values computed by hand."""

import numpy as np
import pytest

from models.motion.flow import DisFlow, Flow
from models.motion.frames import BadClip
from models.motion.heatmap import motion_heatmap, moving_share, pool_frames, resize_heatmap, sigma
from models.motion.settings import FlowUnit, HeatmapSettings, Kernel, LastFrame

STATIC = 1 / (1 + np.exp(5))  # sigma(0) = 0.0067
REPEAT = HeatmapSettings(last_frame=LastFrame.REPEAT)


def settings_of(**changes: object) -> HeatmapSettings:
    """Return settings with which the map of the last frame needs no separate flow."""
    return HeatmapSettings(**({"last_frame": LastFrame.REPEAT} | changes))


def flow_of(*lengths: float, height: int = 100, width: int = 200) -> Flow:
    """Return flow in which one pixel per step moves up and to the left by the given length."""
    flow = np.zeros((len(lengths), height, width, 2), np.float32)
    flow[:, 40, 60, 0] = [-0.6 * length for length in lengths]
    flow[:, 40, 60, 1] = [-0.8 * length for length in lengths]
    return flow


@pytest.mark.parametrize(
    ("x", "m"),
    [(0.0, 0.00669285), (0.05, 0.5), (0.06, 0.73105858), (0.04, 0.26894142), (0.1, 0.99330715), (9.0, 1.0)],
)
def test_sigma_matches_hand_computed_values(x: float, m: float) -> None:
    assert sigma(np.float32([x]))[0] == pytest.approx(m, abs=1e-6)


def test_an_overflow_in_a_steep_sigma_gives_0() -> None:
    assert sigma(np.float32([0.0]), HeatmapSettings(slope=1e5))[0] == 0


@pytest.mark.parametrize("unit", FlowUnit)
def test_a_static_clip_stays_static_in_every_unit(unit: FlowUnit) -> None:
    frames = np.repeat(np.random.default_rng(1).integers(0, 256, (1, 64, 64, 3), np.uint8), 4, axis=0)

    heatmap = motion_heatmap(DisFlow()(frames), settings_of(unit=unit))

    assert heatmap.shape == (4, 64, 64)
    np.testing.assert_allclose(heatmap, STATIC, atol=1e-6)


@pytest.mark.parametrize(
    ("unit", "length"),
    [
        # The length at which x = 0.05 in frames of 100 x 200, in a clip of 4 steps.
        (FlowUnit.FRAC_SIDE, 5.0),
        (FlowUnit.FRAC_DIAG, 0.05 * 50_000**0.5),
        (FlowUnit.FRAC_SIDE_PER_CLIP, 5.0 / 4),
    ],
)
def test_absolute_units_match_hand_computed_values(unit: FlowUnit, length: float) -> None:
    heatmap = motion_heatmap(flow_of(length, 0, 0, 0), settings_of(unit=unit))

    assert heatmap[0, 40, 60] == pytest.approx(0.5, abs=1e-4)


def test_per_clip_max_divides_by_the_largest_magnitude_of_the_clip() -> None:
    heatmap = motion_heatmap(flow_of(40.0, 2.0, 1.0), settings_of(unit=FlowUnit.PER_CLIP_MAX))

    # x = 1, 0.05 and 0.025.
    np.testing.assert_allclose(heatmap[:3, 40, 60], [1, 0.5, 0.07585818], atol=1e-5)


def test_per_frame_max_divides_by_the_largest_magnitude_of_each_frame() -> None:
    flow = flow_of(40.0, 2.0, 0.0)
    flow[:2, 0, 0, 0] = 2.0, 2.0

    heatmap = motion_heatmap(flow, settings_of(unit=FlowUnit.PER_FRAME_MAX))

    # x = 1 and 0.05 in the first frame, 1 and 1 in the second; the third is static.
    np.testing.assert_allclose(heatmap[0, [40, 0], [60, 0]], [1, 0.5], atol=1e-5)
    np.testing.assert_allclose(heatmap[1, [40, 0], [60, 0]], [1, 1], atol=1e-5)
    np.testing.assert_allclose(heatmap[2], STATIC, atol=1e-6)


def test_per_clip_quantile_ignores_a_few_outliers() -> None:
    flow = np.zeros((1, 64, 64, 2), np.float32)
    flow[0, :50, 0, 0], flow[0, 50, 0, 0] = 2.0, 500.0
    settings = settings_of(unit=FlowUnit.PER_CLIP_QUANTILE, quantile=0.9)

    assert motion_heatmap(flow, settings)[0, 0, 0] == pytest.approx(1)


def test_flow_below_the_noise_floor_is_set_to_0() -> None:
    settings = settings_of(unit=FlowUnit.PER_CLIP_MAX, noise_floor=0.01)

    # The shorter side is 100 pixels, so the floor is 1 pixel: 0.9 counts as 0, 1.1 is 5 % of 22.
    heatmap = motion_heatmap(flow_of(22.0, 0.9, 1.1), settings)

    np.testing.assert_allclose(heatmap[1:3, 40, 60], [STATIC, 0.5], atol=1e-4)


def test_the_heatmap_does_not_depend_on_resolution_or_frame_rate() -> None:
    heatmap = motion_heatmap(flow_of(3.0, 3.0, height=100, width=200), REPEAT)
    twice_the_size = motion_heatmap(flow_of(6.0, 6.0, height=200, width=400), REPEAT)
    twice_the_rate = motion_heatmap(flow_of(1.5, 1.5, 1.5, 1.5), REPEAT)

    assert twice_the_size[0, 40, 60] == pytest.approx(heatmap[0, 40, 60])
    assert twice_the_rate[0, 40, 60] == pytest.approx(heatmap[0, 40, 60])


def test_the_last_frame_repeats_the_previous_map() -> None:
    heatmap = motion_heatmap(flow_of(50.0, 20.0), REPEAT)

    assert np.array_equal(heatmap[2], heatmap[1])


def test_the_last_frame_is_measured_backward_by_default() -> None:
    # 4 steps in frames of 100 x 200: 1.25 pixels are x = 0.05.
    flow, backward = flow_of(50.0, 20.0, 0, 0), flow_of(1.25)[0]

    heatmap = motion_heatmap(flow, last_flow=backward)

    assert np.array_equal(heatmap[:4], motion_heatmap(flow, REPEAT)[:4])
    assert heatmap[4, 40, 60] == pytest.approx(0.5, abs=1e-4)


def test_a_relative_unit_includes_the_last_frame() -> None:
    heatmap = motion_heatmap(
        flow_of(2.0, 1.0), HeatmapSettings(unit=FlowUnit.PER_CLIP_MAX), last_flow=flow_of(40.0)[0]
    )

    np.testing.assert_allclose(heatmap[:, 40, 60], [0.5, 0.07585818, 1], atol=1e-5)


def test_backward_needs_the_flow_of_the_last_frame() -> None:
    with pytest.raises(ValueError, match="last_frame is 'backward', which needs last_flow; pass it, or use"):
        motion_heatmap(flow_of(1.0))


def test_the_last_frame_can_be_static() -> None:
    heatmap = motion_heatmap(flow_of(50.0, 20.0), HeatmapSettings(last_frame=LastFrame.STATIC))

    np.testing.assert_allclose(heatmap[2], STATIC, atol=1e-6)


def test_inverse_is_one_minus_m() -> None:
    flow = flow_of(50.0, 20.0)

    inverse = motion_heatmap(flow, settings_of(inverse=True))

    assert np.array_equal(inverse, 1 - motion_heatmap(flow, REPEAT))


@pytest.mark.parametrize(("kernel", "m"), [(Kernel.AREA, 0.25), (Kernel.MAX, 1.0), (Kernel.NEAREST, 1.0)])
def test_kernels_match_hand_computed_values(kernel: Kernel, m: float) -> None:
    heatmap = np.zeros((1, 4, 4), np.float32)
    heatmap[0, 0, 0] = 1.0

    np.testing.assert_allclose(resize_heatmap(heatmap, 2, 2, kernel), [[[m, 0], [0, 0]]])


@pytest.mark.parametrize("kernel", Kernel)
def test_a_constant_heatmap_stays_constant_at_latent_size(kernel: Kernel) -> None:
    small = resize_heatmap(np.full((16, 320, 512), 0.3, np.float32), 40, 64, kernel)

    assert small.shape == (16, 40, 64)
    np.testing.assert_allclose(small, 0.3, atol=1e-6)


def test_max_needs_whole_blocks() -> None:
    with pytest.raises(ValueError, match="30x30 is not a multiple of 4x4"):
        resize_heatmap(np.zeros((1, 30, 30), np.float32), 4, 4, Kernel.MAX)


def test_the_share_of_moving_pixels() -> None:
    heatmap = np.float32([[[0.2, 0.5], [0.51, 0.9]]])

    assert moving_share(heatmap) == 0.5


def test_nan_in_the_flow_is_refused() -> None:
    flow = flow_of(1.0)
    flow[0, 3, 3, 1] = np.nan

    with pytest.raises(BadClip, match="the flow contains NaN or infinity"):
        motion_heatmap(flow, REPEAT)


@pytest.mark.parametrize("shape", [(4, 64, 64), (0, 64, 64, 2), (3, 64, 64, 3)])
def test_an_array_that_is_not_flow_is_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(BadClip, match=r"flow must be \(frames - 1, height, width, 2\)"):
        motion_heatmap(np.zeros(shape, np.float32), REPEAT)


def test_an_unknown_setting_is_refused() -> None:
    with pytest.raises(ValueError, match="sigma_unit"):
        HeatmapSettings.model_validate({"sigma_unit": "frac_side"})


def test_frames_are_pooled_as_a_causal_autoencoder_groups_them() -> None:
    heatmap = np.float32([0.9, 0.0, 0.2, 0.4, 0.6, 1.0, 1.0, 1.0, 0.0]).reshape(9, 1, 1)

    # The first frame alone; (0 + 0.2 + 0.4 + 0.6) / 4 = 0.3; (1 + 1 + 1 + 0) / 4 = 0.75.
    np.testing.assert_allclose(pool_frames(heatmap, 4).ravel(), [0.9, 0.3, 0.75], rtol=1e-6)
    np.testing.assert_array_equal(pool_frames(heatmap, 1), heatmap)


def test_frames_that_do_not_fill_the_groups_are_refused() -> None:
    with pytest.raises(ValueError, match="8 frames are not a multiple of 4, plus 1"):
        pool_frames(np.zeros((8, 2, 2), np.float32), 4)
