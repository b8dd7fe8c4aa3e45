"""The motion heatmap m = sigma(|flow|): where a clip moves, as weights for the motion focal loss.

Source: MotiF, arXiv:2412.16153, section on the motion heatmap. What the paper leaves open is a setting, see
`models.motion.settings`.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from models.motion.flow import Flow
from models.motion.frames import BadClip
from models.motion.settings import DEFAULT_SETTINGS, FlowUnit, HeatmapSettings, Kernel, LastFrame

Heatmap = NDArray[np.float32]


def motion_heatmap(flow: Flow, settings: HeatmapSettings = DEFAULT_SETTINGS) -> Heatmap:
    """Return m = sigma(x), one map a frame, at the size of the flow.

        sigma(x) = 1 / (1 + exp(slope * (threshold - x)))        (arXiv:2412.16153)

    Args:
        flow: (frames - 1, height, width, 2) float32, pixels to the next frame.

    Returns:
        (frames, height, width) float32 in (0, 1); about 0.0067 wherever nothing moves.

    Raises:
        BadClip: the flow is not of that shape, or not finite.
    """
    lengths = flow_lengths(flow, settings)
    maps = np.empty((len(lengths) + 1, *lengths.shape[1:]), np.float32)
    maps[:-1] = sigma(lengths, settings)
    still = sigma(np.zeros((), np.float32), settings)
    maps[-1] = maps[-2] if settings.last_frame is LastFrame.REPEAT else still
    return 1 - maps if settings.inverse else maps


def flow_lengths(flow: Flow, settings: HeatmapSettings = DEFAULT_SETTINGS) -> NDArray[np.float32]:
    """Return x: the length of all flow in the settings' unit, (frames - 1, height, width) float32."""
    if flow.ndim != 4 or flow.shape[0] < 1 or flow.shape[3] != 2:
        raise BadClip(f"flow is (frames - 1, height, width, 2), not {flow.shape}.")
    lengths = np.hypot(flow[..., 0], flow[..., 1]).astype(np.float32, copy=False)
    if not np.isfinite(lengths).all():
        raise BadClip("the flow holds NaN or infinity; each component is a number of pixels.")
    lengths[lengths < settings.noise_floor * min(flow.shape[1:3])] = 0
    one = _length_of_one(lengths, settings)
    return lengths / np.float32(one) if one > 0 else lengths


def sigma(x: NDArray[np.float32], settings: HeatmapSettings = DEFAULT_SETTINGS) -> NDArray[np.float32]:
    """Return 1 / (1 + exp(slope * (threshold - x))), float32.

    >>> sigma(np.float32([0.0, 0.05, 0.06])).round(4).tolist()
    [0.006700000260025263, 0.5, 0.7311000227928162]
    """
    # exp overflows to infinity far below the threshold of a steep sigma, and 1 / infinity is the right 0.
    with np.errstate(over="ignore"):
        odds = np.exp(np.float32(settings.slope) * (np.float32(settings.threshold) - x))
    return np.asarray(1 / (1 + odds), np.float32)


def resized(heatmap: Heatmap, height: int, width: int, kernel: Kernel = Kernel.AREA) -> Heatmap:
    """Return the maps at another size, as a rule the latent's.

    Args:
        heatmap: (frames, height, width) float32.

    Raises:
        ValueError: the heatmap is no stack of maps, or `max` is asked for sides that do not divide.
    """
    if heatmap.ndim != 3:
        raise ValueError(f"a heatmap is (frames, height, width), not {heatmap.shape}")
    if kernel is Kernel.MAX:
        return _block_max(heatmap, height, width)
    small = [cv2.resize(each, (width, height), interpolation=_INTERPOLATIONS[kernel]) for each in heatmap]
    return np.clip(np.stack(small).astype(np.float32, copy=False), 0, 1)


def moving_share(heatmap: Heatmap, level: float = 0.5) -> float:
    """Return the share of pixels whose m is above `level`: the white part of the paper's Figure 1."""
    return float((heatmap > level).mean())


def _length_of_one(lengths: NDArray[np.float32], settings: HeatmapSettings) -> float:
    """Return how many pixels x = 1 stands for; 0 for a clip in which nothing moves."""
    steps, height, width = lengths.shape
    match settings.unit:
        case FlowUnit.FRAC_SIDE:
            return float(min(height, width))
        case FlowUnit.FRAC_DIAG:
            return float(np.hypot(height, width))
        case FlowUnit.FRAC_SIDE_PER_CLIP:
            return float(min(height, width) / steps)
        case FlowUnit.PER_CLIP_MAX:
            return float(lengths.max())
        case FlowUnit.PER_CLIP_QUANTILE:
            moving = lengths[lengths > 0]
            return float(np.quantile(moving, settings.quantile)) if moving.size else 0.0


def _block_max(heatmap: Heatmap, height: int, width: int) -> Heatmap:
    frames, rows, columns = heatmap.shape
    if rows % height or columns % width:
        raise ValueError(
            f"the kernel max needs whole blocks; {rows}x{columns} is no multiple of {height}x{width}"
        )
    blocks = heatmap.reshape(frames, height, rows // height, width, columns // width)
    return np.asarray(blocks.max(axis=(2, 4)))


_INTERPOLATIONS = {
    Kernel.AREA: cv2.INTER_AREA,
    Kernel.BILINEAR: cv2.INTER_LINEAR,
    Kernel.NEAREST: cv2.INTER_NEAREST,
}
