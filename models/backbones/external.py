"""Calls networks of VBench that the user has installed: DreamSim, MUSIQ, AMT-S and CoTracker2.

This module resizes and pads images, so that the transform is known and recorded. A driver only calls a
network.
"""

from collections.abc import Callable, Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from benchmark.metrics.vectors import MetricInputError
from models.backbones.base import Features, Images
from models.backbones.network_process import NetworkFailed, NetworkProcess
from models.backbones.transforms import AS_PILLOW, Resampling, squash_square, within

Call = Callable[..., dict[str, NDArray[np.generic]]]
_SIDE = 224
_MULTIPLE = 16
MUSIQ_SIDE = 512


class DreamSimBackbone:
    """Encodes images with the DreamSim ensemble; images are squashed to 224x224 (bicubic)."""

    def __init__(self, process: NetworkProcess, *, identity: str, resampling: Resampling = AS_PILLOW) -> None:
        self._process = process
        self._resampling = resampling
        self.identity = f"{identity} squash{_SIDE} {resampling}"

    def encode_images(self, images: Images) -> Features:
        pixels = torch.stack([squash_square(each, _SIDE, resampling=self._resampling) for each in images])
        return _result(self._process, "features", (len(images), None), images=pixels.numpy())


class MusiqBackbone:
    """Rates images from 0 to 100 with MUSIQ-SPAQ; images larger than 512 pixels are downscaled first."""

    def __init__(self, process: NetworkProcess) -> None:
        self._process = process

    def rate(self, images: Images) -> NDArray[np.float32]:
        """Return one rating per image; all images must have the same size."""
        height, width = images[0].shape[:2]
        if max(height, width) > MUSIQ_SIDE:
            scale = MUSIQ_SIDE / max(height, width)
            height, width = int(scale * height), int(scale * width)
        pixels = torch.stack([within(image, height=height, width=width) for image in images])
        return _result(self._process, "ratings", (len(images),), images=pixels.numpy())


class AmtBackbone:
    """Interpolates the frame between two frames with AMT-S.

    As in VBench, frames are padded by replication until both sides are multiples of 16. Pixel values of the
    interpolated frame are truncated to integers from 0 to 255, not rounded. VBench downscales the frames if a
    GPU has little memory; this class never downscales frames.
    """

    def __init__(self, process: NetworkProcess) -> None:
        self._process = process

    def interpolate(self, frames: Sequence[NDArray[np.uint8]]) -> NDArray[np.uint8]:
        """Return one frame between every two consecutive frames, (frames - 1, height, width, 3) uint8."""
        height, width = frames[0].shape[:2]
        down, right = -height % _MULTIPLE, -width % _MULTIPLE
        top, left = down // 2, right // 2
        border = ((top, down - top), (left, right - left), (0, 0))
        padded = np.stack([np.pad(frame, border, mode="edge") for frame in frames])
        pixels = np.moveaxis(padded, 3, 1).astype(np.float32) / np.float32(255)
        made = _result(self._process, "middle", pixels[1:].shape, first=pixels[:-1], second=pixels[1:])
        levels = np.clip(made * np.float32(255), 0, 255).astype(np.uint8)
        return np.asarray(np.moveaxis(levels, 1, 3)[:, top : top + height, left : left + width])


class CoTrackerBackbone:
    """Tracks a regular grid of points through a clip with CoTracker2."""

    def __init__(self, process: NetworkProcess) -> None:
        self._process = process

    def tracks(self, frames: NDArray[np.uint8], grid: int) -> NDArray[np.float32]:
        """Return the positions (x, y) of the points, (frames, grid, grid, 2), in pixels."""
        found = _result(
            self._process,
            "tracks",
            (len(frames), grid * grid, 2),
            frames=np.moveaxis(frames, 3, 1),
            grid=np.array(grid),
        )
        return found.reshape(len(frames), grid, grid, 2)


def _result(
    process: NetworkProcess, name: str, shape: tuple[int | None, ...], **arrays: NDArray[np.generic]
) -> NDArray[np.float32]:
    results = process.call(**arrays)
    found = results.get(name)
    if found is None or len(found.shape) != len(shape) or not _fits(found.shape, shape):
        had = "nothing" if found is None else str(found.shape)
        raise NetworkFailed(f"The driver must return {name} of shape {shape}, not {had}.")
    if not np.isfinite(found.astype(np.float32)).all():
        raise MetricInputError(
            f"The network returned {name} with NaN or infinity for this clip: check the network's weights."
        )
    return np.asarray(found, dtype=np.float32)


def _fits(found: tuple[int, ...], wanted: tuple[int | None, ...]) -> bool:
    return all(want is None or have == want for have, want in zip(found, wanted, strict=True))
