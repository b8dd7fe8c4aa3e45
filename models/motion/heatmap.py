"""Computes the motion heatmap m = sigma(|flow|): the per-pixel weights of the motion focal loss.

Source: MotiF, arXiv:2412.16153, section on the motion heatmap. The choices that the paper leaves open are
settings; see `models.motion.settings`.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from models.motion.camera_motion import subtract_camera_motion
from models.motion.flow import Flow
from models.motion.frames import BadClip
from models.motion.settings import DEFAULT_SETTINGS, FlowUnit, HeatmapSettings, Kernel, LastFrame

Heatmap = NDArray[np.float32]


def motion_heatmap(
    flow: Flow, settings: HeatmapSettings = DEFAULT_SETTINGS, *, last_flow: Flow | None = None
) -> Heatmap:
    """Return m = sigma(x), one map per frame, at the resolution of the flow.

        sigma(x) = 1 / (1 + exp(slope * (threshold - x)))        (arXiv:2412.16153)

    Args:
        flow: (frames - 1, height, width, 2) float32, pixels to the next frame.
        settings: the settings of the heatmap.
        last_flow: (height, width, 2) float32, pixels from the last frame to the previous one (see
            `flow.last_frame_flow`); needed only for the setting `last_frame = "backward"`.

    Returns:
        (frames, height, width) float32 in (0, 1); about 0.0067 in static regions.

    Raises:
        BadClip: the flow does not have the shape above, or contains NaN or infinity.
        ValueError: the settings need `last_flow`, but `last_flow` is missing.
    """
    if settings.last_frame is LastFrame.BACKWARD:
        if last_flow is None:
            raise ValueError("last_frame is 'backward', which needs last_flow; pass it, or use 'repeat'")
        # Some flow units depend on the whole clip. Measure the last frame together with the other frames, so
        # that all have the same unit.
        magnitude = flow_magnitude(np.concatenate([flow, last_flow[None]]), settings, steps=len(flow))
    else:
        magnitude = flow_magnitude(flow, settings)
        last = magnitude[-1:] if settings.last_frame is LastFrame.REPEAT else np.zeros_like(magnitude[-1:])
        magnitude = np.concatenate([magnitude, last])
    maps = sigma(magnitude, settings)
    return 1 - maps if settings.inverse else maps


def flow_magnitude(
    flow: Flow, settings: HeatmapSettings = DEFAULT_SETTINGS, *, steps: int | None = None
) -> NDArray[np.float32]:
    """Return x, the lengths of the flow vectors, in the unit that the settings select.

    Args:
        flow: (maps, height, width, 2) float32, the displacement to another frame in pixels; usually one map
            per step.
        settings: the settings of the heatmap.
        steps: number of steps of the clip (default: the number of maps).

    Returns:
        (maps, height, width) float32, at least 0; values below the noise floor are 0.

    Raises:
        BadClip: the flow does not have the shape above, or contains NaN or infinity.
    """
    if flow.ndim != 4 or flow.shape[0] < 1 or flow.shape[3] != 2:
        raise BadClip(f"flow must be (frames - 1, height, width, 2), not {flow.shape}.")
    if not np.isfinite(flow).all():
        raise BadClip("the flow contains NaN or infinity; each component must be a finite number of pixels.")
    if settings.subtract_camera:
        flow = subtract_camera_motion(flow)
    magnitude = np.hypot(flow[..., 0], flow[..., 1]).astype(np.float32, copy=False)
    magnitude[magnitude < settings.noise_floor * min(flow.shape[1:3])] = 0
    unit = np.asarray(_unit_in_pixels(magnitude, settings, steps or len(flow)), np.float32)
    return np.divide(magnitude, unit, out=magnitude, where=unit > 0, dtype=np.float32)


def sigma(x: NDArray[np.float32], settings: HeatmapSettings = DEFAULT_SETTINGS) -> NDArray[np.float32]:
    """Return 1 / (1 + exp(slope * (threshold - x))), shaped like x, float32 in [0, 1].

    >>> sigma(np.float32([0.0, 0.05, 0.06])).round(4).tolist()
    [0.006700000260025263, 0.5, 0.7311000227928162]
    """
    # If the slope is steep and x is far below the threshold, exp overflows to infinity. The result 1 /
    # infinity = 0 is correct.
    with np.errstate(over="ignore"):
        odds = np.exp(np.float32(settings.slope) * (np.float32(settings.threshold) - x))
    return np.asarray(1 / (1 + odds), np.float32)


def resize_heatmap(heatmap: Heatmap, height: int, width: int, kernel: Kernel = Kernel.AREA) -> Heatmap:
    """Resize each map of a heatmap, usually to the latent resolution.

    Args:
        heatmap: (frames, height, width) float32 in [0, 1].
        height: target height in pixels.
        width: target width in pixels.
        kernel: interpolation kernel.

    Returns:
        (frames, height, width) float32 in [0, 1] at the target size.

    Raises:
        ValueError: the heatmap is not 3-dimensional, or the kernel is `max` and a side of the heatmap is not
            a multiple of the target side.
    """
    if heatmap.ndim != 3:
        raise ValueError(f"a heatmap must be (frames, height, width), not {heatmap.shape}")
    if kernel is Kernel.MAX:
        return _block_max(heatmap, height, width)
    small = [cv2.resize(each, (width, height), interpolation=_INTERPOLATIONS[kernel]) for each in heatmap]
    return np.clip(np.stack(small).astype(np.float32, copy=False), 0, 1)


def pool_frames(heatmap: Heatmap, stride: int) -> Heatmap:
    """Average a heatmap over groups of frames, for an autoencoder that compresses time.

    Causal video autoencoders encode the first frame alone, and then each group of `stride` frames as one
    latent frame. The pooled map of a group is the mean of the maps of its frames.

    Args:
        heatmap: (frames, height, width) float32 in [0, 1]; `frames` - 1 is a multiple of `stride`.
        stride: number of frames per latent frame, such as 4 for Wan.

    Returns:
        ((frames - 1) / stride + 1, height, width) float32 in [0, 1].

    Raises:
        ValueError: the number of frames does not fit the stride.
    """
    frames, height, width = heatmap.shape
    if stride < 1 or (frames - 1) % stride:
        raise ValueError(f"{frames} frames are not a multiple of {stride}, plus 1")
    groups = heatmap[1:].reshape(-1, stride, height, width).mean(axis=1)
    return np.concatenate([heatmap[:1], groups]).astype(np.float32, copy=False)


def moving_share(heatmap: Heatmap, level: float = 0.5) -> float:
    """Return the share of pixels with m above `level`, in [0, 1].

    The paper's Figure 1 shows the pixels above the level as the white area.
    """
    return float((heatmap > level).mean())


def _unit_in_pixels(
    magnitude: NDArray[np.float32], settings: HeatmapSettings, steps: int
) -> float | NDArray[np.float32]:
    """Return the flow length, in pixels, that corresponds to x = 1, for the clip or for each map.

    If the unit is relative to the clip's motion and nothing moves, the result is 0.
    """
    height, width = magnitude.shape[1:]
    match settings.unit:
        case FlowUnit.FRAC_SIDE:
            return float(min(height, width))
        case FlowUnit.FRAC_DIAG:
            return float(np.hypot(height, width))
        case FlowUnit.FRAC_SIDE_PER_CLIP:
            return float(min(height, width) / steps)
        case FlowUnit.PER_FRAME_MAX:
            return np.asarray(magnitude.max(axis=(1, 2), keepdims=True))
        case FlowUnit.PER_CLIP_MAX:
            return float(magnitude.max())
        case FlowUnit.PER_CLIP_QUANTILE:
            moving = magnitude[magnitude > 0]
            return float(np.quantile(moving, settings.quantile)) if moving.size else 0.0


def _block_max(heatmap: Heatmap, height: int, width: int) -> Heatmap:
    frames, rows, columns = heatmap.shape
    if rows % height or columns % width:
        raise ValueError(
            f"kernel 'max' needs whole blocks, but {rows}x{columns} is not a multiple of {height}x{width}"
        )
    blocks = heatmap.reshape(frames, height, rows // height, width, columns // width)
    return np.asarray(blocks.max(axis=(2, 4)))


_INTERPOLATIONS = {
    Kernel.AREA: cv2.INTER_AREA,
    Kernel.BILINEAR: cv2.INTER_LINEAR,
    Kernel.NEAREST: cv2.INTER_NEAREST,
}
