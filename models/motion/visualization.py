"""Draws a figure of a clip's motion: frames, flow, heatmaps, and the share of moving pixels per frame.

The paper's Figure 1 (arXiv:2412.16153) motivates the loss with the share of moving pixels. Most pixels of a
clip are static. A loss that weights all pixels equally therefore hardly depends on the motion.
"""

from dataclasses import dataclass
from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from models.motion.flow import Flow
from models.motion.flow_colors import colour_wheel, flow_colours
from models.motion.frames import Frames
from models.motion.heatmap import Heatmap, moving_share

_LEVEL = 0.5
_MAX_ASPECT = 4.0
# Percentile of the flow magnitudes that is drawn at full saturation. If the maximum were used instead, a
# single outlier would make all other colours pale.
_SATURATION_PERCENTILE = 99.5


@dataclass(frozen=True, eq=False)
class ClipMotion:
    """The arrays and the title from which a clip's motion figure is drawn.

    Attributes:
        frames: (frames, height, width, 3) uint8 RGB.
        flow: (frames - 1, height, width, 2) float32, pixels.
        heatmap: (frames, height, width) float32 in [0, 1].
        title: the name of the clip and the settings, printed above the figure.
    """

    frames: Frames
    flow: Flow
    heatmap: Heatmap
    title: str


def write_figure(motion: ClipMotion, path: Path, *, columns: int = 6) -> None:
    """Draw `columns` evenly spaced frames and the share of moving pixels of every frame.

    Raises:
        ValueError: the file name extension is not an image format of matplotlib.
    """
    count = len(motion.frames)
    shown = np.unique(np.linspace(0, count - 1, min(columns, count)).round().astype(int))
    height, width = motion.frames.shape[1:3]
    across = 1.9
    # Limit the size of panels. Without a limit, a figure of frames of 14x2000 pixels would have 100,000 rows.
    down = across * min(max(height / width, 1 / _MAX_ASPECT), _MAX_ASPECT)
    figure = Figure(figsize=(across * len(shown) + 1.2, 3 * down + 2.0), layout="constrained", dpi=150)
    figure.suptitle(motion.title, fontsize=9)
    grid = figure.add_gridspec(4, len(shown), height_ratios=[down, down, down, 1.1])
    for column, frame in enumerate(shown):
        for row, pixels in enumerate(_panels(motion, frame)):
            axes = figure.add_subplot(grid[row, column])
            _show(axes, pixels)
            if column == 0:
                axes.set_ylabel(("clip", "flow", "heatmap")[row], fontsize=9)
            if row == 0:
                axes.set_title(f"frame {frame + 1}", fontsize=8)
            if (row, column) == (1, len(shown) - 1):
                _show(axes.inset_axes((0.76, 0.02, 0.22, min(0.22 * width / height, 0.9))), colour_wheel(96))
    _draw_shares(figure.add_subplot(grid[3, :]), motion.heatmap)
    with mpl.rc_context({"svg.hashsalt": "ti2v"}):
        figure.savefig(path)


def overlay(frame: NDArray[np.uint8], heat: Heatmap) -> NDArray[np.uint8]:
    """Return the frame in grey, overlaid with the heatmap in red to yellow.

    Args:
        frame: (height, width, 3) uint8 RGB.
        heat: (height, width) float32 in [0, 1].

    Returns:
        (height, width, 3) uint8 RGB.
    """
    grey = frame.mean(axis=2, keepdims=True) * 0.6
    colour = np.stack([np.ones_like(heat), heat**2 * 0.85, np.zeros_like(heat)], axis=-1) * 255
    alpha = heat[..., None] * 0.8
    return np.asarray(grey * (1 - alpha) + colour * alpha).clip(0, 255).astype(np.uint8)


def _panels(motion: ClipMotion, frame: int) -> tuple[NDArray[np.uint8], ...]:
    """Return the frame, its flow in colours and its overlay, each (height, width, 3) uint8 RGB."""
    step = min(frame, len(motion.flow) - 1)
    # The last frame has no flow; its panel is white.
    flow = motion.flow[step] if frame == step else np.zeros_like(motion.flow[step])
    magnitude = np.hypot(motion.flow[..., 0], motion.flow[..., 1])
    full = float(np.percentile(magnitude, _SATURATION_PERCENTILE))
    return (
        motion.frames[frame],
        flow_colours(flow, max(full, 1.0)),
        overlay(motion.frames[frame], motion.heatmap[frame]),
    )


def _draw_shares(axes: Axes, heatmap: Heatmap) -> None:
    shares = [100 * moving_share(each, _LEVEL) for each in heatmap]
    numbers = np.arange(1, len(shares) + 1)
    axes.bar(numbers, shares, color="#b3541e", width=0.7)
    axes.set_xlim(0.4, len(shares) + 0.6)
    axes.set_ylim(0, max(*shares, 1.0) * 1.25)
    axes.set_ylabel("moving, %", fontsize=8)
    axes.set_xlabel(f"frame; {np.mean(shares):.1f} % of the clip's pixels have m > {_LEVEL}", fontsize=8)
    axes.tick_params(labelsize=7)
    axes.spines[["top", "right"]].set_visible(False)


def _show(axes: Axes, pixels: NDArray[np.uint8]) -> None:
    axes.imshow(pixels, interpolation="nearest")
    axes.set_xticks([])
    axes.set_yticks([])
