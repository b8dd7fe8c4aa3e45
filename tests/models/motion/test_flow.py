"""Optical flow estimators: their results, names and errors."""

import importlib.util

import cv2
import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor

from benchmark.scenes import SCENARIOS, Rendering, Scene, Style, render
from models.motion.flow import DisFlow, create_flow_estimator, last_frame_flow
from models.motion.frames import BadClip, Frames
from models.motion.raft import FlowUnavailable, RaftFlow
from models.motion.settings import FLOW_NAMES


def textured(height: int, width: int, seed: int = 1) -> Frames:
    """Return a random image with texture at a scale of a few pixels, (height, width, 3) uint8."""
    noise = np.random.default_rng(seed).random((height, width, 3))
    smooth = cv2.GaussianBlur(noise, (0, 0), 2)
    return (255 * (smooth - smooth.min()) / np.ptp(smooth)).astype(np.uint8)


def sliding(steps: int = 3, by: int = 4) -> Frames:
    """Return frames of an image that moves to the right."""
    wide = textured(96, 160)
    return np.stack([wide[:, 40 - by * step : 136 - by * step] for step in range(steps)])


def rendered() -> Rendering:
    return render(Scene(SCENARIOS["kites"], Style.FLAT, seed=1), "red_sinks", frames=4, size=128)


@pytest.mark.parametrize("name", ["dis-ultrafast", "dis-fast", "dis-medium", "dis-medium-plain"])
def test_flow_points_from_a_frame_to_the_next(name: str) -> None:
    flow = create_flow_estimator(name)(sliding(by=4))

    assert flow.shape == (2, 96, 96, 2)
    assert flow.dtype == np.float32
    np.testing.assert_allclose(np.median(flow, axis=(0, 1, 2)), [4.0, 0.0], atol=0.3)


@pytest.mark.parametrize("name", [name for name in FLOW_NAMES if name.startswith("dis")])
def test_an_estimator_has_the_name_it_was_created_by(name: str) -> None:
    assert create_flow_estimator(name).name == name


def test_an_unknown_estimator_is_refused_and_all_names_are_listed() -> None:
    with pytest.raises(ValueError, match="unknown optical flow 'farneback'; expected one of dis-ultrafast, "):
        create_flow_estimator("farneback")


def test_a_clip_of_one_frame_is_refused() -> None:
    with pytest.raises(BadClip, match="a clip needs at least 2 frames to measure motion, not 1"):
        DisFlow()(sliding(1))


def test_frames_too_small_for_dis_are_refused() -> None:
    with pytest.raises(BadClip, match="frames of 96x7 are too small: DIS needs at least 8 pixels per side"):
        create_flow_estimator("dis-fast")(sliding()[:, :7])


def test_the_static_filter_removes_the_halo_around_a_moving_object() -> None:
    frames = np.repeat(textured(128, 128)[None] // 4, 4, axis=0)
    for step, frame in enumerate(frames):
        frame[40:72, 40 + 3 * step : 72 + 3 * step] = textured(32, 32, seed=2) // 2 + 127

    plain = np.linalg.norm(create_flow_estimator("dis-medium-plain")(frames), axis=3) > 1
    filtered = np.linalg.norm(create_flow_estimator("dis-medium")(frames), axis=3) > 1

    object_size = 32 * 32
    assert plain[1].sum() > 1.3 * object_size
    assert 0.8 * object_size < filtered[1].sum() < 1.25 * object_size


def sinking_balloon(*, flat_share: float) -> tuple[Frames, NDArray[np.bool_]]:
    """Return frames of a balloon that sinks by 3 pixels per frame, and the balloon's pixels in each frame.

    The balloon has no texture up to the share `flat_share` of its radius. Outside, it has texture, or only
    shading if `flat_share` is 0.
    """
    rows, columns = np.mgrid[:160, :160].astype(np.float32)
    background, pattern = 90 + 20 * textured(160, 160)[..., 0] / 255, textured(160, 160, seed=2)[..., 0]
    frames, balloons = [], []
    for step in range(4):
        distance = np.hypot(rows - 60 - 3 * step, columns - 80) / 32
        rim = 140 + np.roll(pattern, 3 * step, axis=0) / 3
        balloon = np.where(distance < flat_share, 200, rim) if flat_share else 200 - 60 * distance**2
        balloons.append(distance < 1)
        frame = np.where(balloons[-1], balloon, background)
        frames.append(frame + np.random.default_rng(step).normal(0, 1, frame.shape))
    grey = np.stack(frames).clip(0, 255).astype(np.uint8)
    return np.repeat(grey[..., None], 3, axis=3), np.stack(balloons)


def lit_shares(frames: Frames, balloons: NDArray[np.bool_]) -> list[float]:
    """Return the share of the balloon's pixels that move, for each frame except the last."""
    moving = np.linalg.norm(create_flow_estimator("dis-medium")(frames), axis=3) > 0.5
    return [float(each[balloon].mean()) for each, balloon in zip(moving, balloons[:-1], strict=True)]


def test_the_static_filter_keeps_a_surface_without_texture_inside_a_moving_outline() -> None:
    assert min(lit_shares(*sinking_balloon(flat_share=0.8))) > 0.9


def test_the_static_filter_keeps_as_much_of_a_smooth_object_in_later_frames_as_in_the_first() -> None:
    first, *later = lit_shares(*sinking_balloon(flat_share=0))

    assert min(later) > first - 0.05


def test_the_last_frame_has_backward_flow() -> None:
    flow = last_frame_flow(create_flow_estimator("dis-medium"), sliding(by=4))

    assert flow.shape == (96, 96, 2)
    np.testing.assert_allclose(np.median(flow, axis=(0, 1)), [-4.0, 0.0], atol=0.3)


def test_the_static_filter_removes_motion_caused_by_noise() -> None:
    still = np.full((6, 128, 128, 3), 40.0) + np.random.default_rng(3).normal(0, 2, (6, 128, 128, 3))
    frames = still.clip(0, 255).astype(np.uint8)

    plain = np.linalg.norm(create_flow_estimator("dis-medium-plain")(frames), axis=3) > 1
    filtered = np.linalg.norm(create_flow_estimator("dis-medium")(frames), axis=3) > 1

    assert plain.mean() > 0.5
    assert filtered.mean() < 0.005


def test_raft_pads_frames_of_any_size_and_returns_the_final_estimate() -> None:
    input_shapes = []

    def network(previous: Tensor, following: Tensor) -> list[Tensor]:
        """A toy network, which returns the brightness difference between the next frame and this frame."""
        input_shapes.append(tuple(previous.shape))
        difference = (following - previous).mean(dim=1, keepdim=True).repeat(1, 2, 1, 1)
        return [torch.zeros_like(difference), difference]

    frames = np.stack([np.full((100, 140, 3), value, np.uint8) for value in (0, 51, 102, 255)])
    flow = RaftFlow("small", network=network, batch_size=2)(frames)

    assert input_shapes == [(2, 3, 128, 144), (1, 3, 128, 144)]
    assert flow.shape == (3, 100, 140, 2)
    np.testing.assert_allclose(flow[:, 0, 0, 0], [0.4, 0.4, 1.2], atol=1e-5)


def test_raft_without_torchvision_says_what_is_missing() -> None:
    if importlib.util.find_spec("torchvision") is not None:
        assert create_flow_estimator("raft-small").name == "raft-small"
        return
    with pytest.raises(FlowUnavailable, match="RAFT needs torchvision, in the build that matches"):
        create_flow_estimator("raft-large")
