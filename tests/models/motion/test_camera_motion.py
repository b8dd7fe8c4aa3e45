"""The camera's motion, compared with values by hand for known flow."""

import numpy as np
import pytest

from models.motion.camera_motion import subtract_camera_motion
from models.motion.flow import Flow
from models.motion.heatmap import motion_heatmap, moving_share
from models.motion.settings import HeatmapSettings, LastFrame


def camera_flow(*, shift: tuple[float, float] = (0, 0), zoom: float = 0) -> Flow:
    """Return two maps of camera flow for frames of 64 x 96 pixels."""
    rows, columns = np.mgrid[:64, :96].astype(np.float32)
    flow = np.stack([shift[0] + zoom * columns, shift[1] + zoom * rows], axis=2)
    return np.stack([flow, flow]).astype(np.float32)


@pytest.mark.parametrize(
    "camera", [camera_flow(shift=(5, -2)), camera_flow(zoom=0.02), camera_flow(shift=(-1, 0), zoom=-0.03)]
)
def test_only_the_object_moves_relative_to_the_camera(camera: Flow) -> None:
    flow = camera.copy()
    flow[:, 20:40, 30:50] += (3, 4)

    relative = subtract_camera_motion(flow)

    expected = np.zeros_like(flow)
    expected[:, 20:40, 30:50] = (3, 4)
    np.testing.assert_allclose(relative, expected, atol=0.05)


def test_without_camera_motion_nothing_changes() -> None:
    flow = camera_flow()
    flow[:, 20:40, 30:50] = (3, 4)

    np.testing.assert_allclose(subtract_camera_motion(flow), flow, atol=1e-3)


def test_pixels_that_the_static_filter_set_to_0_stay_0() -> None:
    flow = camera_flow(shift=(5, 0))
    flow[:, :10] = 0

    assert not subtract_camera_motion(flow)[:, :10].any()


def test_motion_without_a_common_part_is_not_subtracted() -> None:
    flow = np.random.default_rng(1).normal(0, 9, (1, 64, 96, 2)).astype(np.float32)

    assert np.array_equal(subtract_camera_motion(flow), flow)


def test_a_pan_lights_everything_unless_the_camera_is_subtracted() -> None:
    flow = camera_flow(shift=(5, 0))
    flow[:, 20:40, 30:50] += (3, 4)
    plain = HeatmapSettings(last_frame=LastFrame.REPEAT)
    settings = HeatmapSettings(last_frame=LastFrame.REPEAT, subtract_camera=True)

    assert moving_share(motion_heatmap(flow, plain)) == 1
    assert moving_share(motion_heatmap(flow, settings)) == pytest.approx(20 * 20 / (64 * 96))
