"""Computes optical flow with the published RAFT checkpoints, without torchvision.

The module loads files in the layout of the authors' release, such as raft-things.pth. The names of tensors
may have the prefix `module.`, which data-parallel training adds.
"""

import pickle
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import pad

from benchmark.metrics.vectors import MetricInputError
from models.backbones.base import BackboneMissing, first_line
from models.backbones.device import float32_convolutions, torch_device, torch_dtype
from models.backbones.dtype import Dtype
from models.backbones.raft_network import STRIDE, Raft

# The coarsest of the four correlation levels has 1/64 of the frames' resolution, and needs at least two rows
# and two columns.
MIN_SIDE = 128
ITERATIONS = 20


class FramesTooSmall(MetricInputError):
    """The frames have a side below 128 pixels, so RAFT's coarsest correlation level is empty."""


class RaftBackbone:
    """The RAFT network with weights from a file.

    Args:
        checkpoint: a .pth file in the authors' layout.
        identity: name and digest of the weights, part of every cache key.
        device: the device of the network, such as `cpu` or `cuda:0`.
        dtype: the floating-point type in which the network computes features and updates.
        iterations: number of recurrent updates of the flow; VBench uses 20.

    Raises:
        BackboneMissing: the file does not exist or is not a checkpoint of the large RAFT.
    """

    def __init__(
        self,
        checkpoint: Path,
        *,
        identity: str,
        device: str = "cpu",
        dtype: Dtype = Dtype.FLOAT32,
        iterations: int = ITERATIONS,
    ) -> None:
        self._device = torch_device(device)
        self._network = load_raft(checkpoint).requires_grad_(False).to(self._device)
        self._dtype = torch_dtype(dtype)
        self._iterations = iterations
        self.identity = f"{identity} {iterations} iterations {dtype}"

    @torch.no_grad()
    def flows(self, frames: Sequence[NDArray[np.uint8]]) -> Iterator[NDArray[np.float32]]:
        """Yield the flow from each frame to the next frame, one flow at a time.

        Args:
            frames: frames of one size, each (height, width, 3) uint8 RGB; no side is below 128 pixels.

        Yields:
            (rows, columns, 2) float32 in pixels. The flow has the size of the padded frames: height and
            width, rounded up to multiples of 8. The frames are padded on all sides by replication, as in the
            authors' demo.

        Raises:
            FramesTooSmall: a side is below 128 pixels.
        """
        previous = features = None
        for frame in frames:
            image = self._image(frame)
            with float32_convolutions(), self._autocast():
                found = self._network.encode(image)
            if previous is not None and features is not None:
                with float32_convolutions(), self._autocast():
                    flow = self._network(previous, features, found, self._iterations)[0]
                yield np.asarray(flow.permute(1, 2, 0).float().cpu().numpy(), dtype=np.float32)
            previous, features = image, found

    def _autocast(self) -> torch.autocast:
        return torch.autocast(self._device.type, dtype=self._dtype, enabled=self._dtype is not torch.float32)

    def _image(self, frame: NDArray[np.uint8]) -> Tensor:
        height, width = frame.shape[:2]
        if min(height, width) < MIN_SIDE:
            raise FramesTooSmall(
                f"RAFT needs frames of at least {MIN_SIDE} pixels a side, not {width}x{height}. Score larger "
                "clips."
            )
        down, right = -height % STRIDE, -width % STRIDE
        borders = (right // 2, right - right // 2, down // 2, down - down // 2)
        pixels = torch.from_numpy(np.ascontiguousarray(frame)).permute(2, 0, 1)[None].to(self._device).float()
        return 2 * (pad(pixels, borders, mode="replicate") / 255) - 1


def load_raft(checkpoint: Path) -> Raft:
    """Read a checkpoint of the large RAFT.

    Raises BackboneMissing if the file is the checkpoint of a different network.
    """
    network = Raft()
    try:
        state = torch.load(checkpoint, map_location="cpu", weights_only=True)
        # In the authors' code, a block that reduces the resolution registers its third normalisation under
        # two names.
        named = {
            name.removeprefix("module."): value for name, value in state.items() if ".norm3." not in name
        }
        network.load_state_dict(named)
    except (OSError, RuntimeError, AttributeError, EOFError, pickle.UnpicklingError) as error:
        raise BackboneMissing(
            f"{checkpoint.name} is not a checkpoint of the large RAFT network: {first_line(error)} "
            "Use raft-things.pth of the authors' release."
        ) from error
    return network.eval()
