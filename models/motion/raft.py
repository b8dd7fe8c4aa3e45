"""Estimates optical flow with RAFT from torchvision.

torchvision is optional, because transformers cannot be imported if torchvision was built for another version
of torch.
Source: Z. Teed, J. Deng (2020), RAFT: Recurrent All-Pairs Field Transforms for Optical Flow, ECCV.
"""

import importlib
from collections.abc import Callable
from enum import StrEnum
from urllib.error import URLError

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import pad

from models.motion.flow import Flow
from models.motion.frames import Frames, validate_frames

RaftNetwork = Callable[[Tensor, Tensor], list[Tensor]]
"""Two image batches (n, 3, height, width) in [-1, 1] -> flows (n, 2, height, width), final estimate last."""

# RAFT computes features at 1/8 of the resolution and a correlation pyramid of 4 levels on top of that.
_MULTIPLE, _SMALLEST_SIDE = 8, 128


class RaftSize(StrEnum):
    """The size of the RAFT network: torchvision has a large and a small network."""

    LARGE = "large"
    SMALL = "small"


class FlowUnavailable(Exception):
    """A flow estimator cannot run on this machine. The message says what is missing."""


class RaftFlow:
    """A `FlowEstimator` that runs RAFT.

    Args:
        size: which of torchvision's two networks to use.
        network: network to use instead of torchvision's network with the published weights.
        device: device on which flow is computed; `network`, if given, must be on this device already.
        batch_size: frame pairs per forward pass; 1 GiB of memory is enough for about 4 pairs of 320x320
            pixels.

    Raises:
        FlowUnavailable: torchvision or its weights are missing.
    """

    def __init__(
        self,
        size: RaftSize | str = RaftSize.LARGE,
        *,
        network: RaftNetwork | None = None,
        device: str = "cpu",
        batch_size: int = 4,
    ) -> None:
        self._size = RaftSize(size)
        self.name = f"raft-{self._size}"
        self._network = network or load_torchvision_raft(self._size, device)
        self._device = device
        self._batch_size = batch_size

    @torch.no_grad()
    def __call__(self, frames: Frames) -> Flow:
        """Return the flow from each frame to the next; see `FlowEstimator`."""
        frames = validate_frames(frames)
        images = torch.from_numpy(np.ascontiguousarray(frames)).permute(0, 3, 1, 2)
        previous, following = (torch.split(part, self._batch_size) for part in (images[:-1], images[1:]))
        return np.concatenate([self._estimate(*pair) for pair in zip(previous, following, strict=True)])

    def _estimate(self, previous: Tensor, following: Tensor) -> Flow:
        """Return the flow of a batch of frame pairs.

        Args:
            previous: (pairs, 3, height, width) uint8, the first frame of each pair.
            following: the next frame of each pair, with the shape of `previous`.

        Returns:
            (pairs, height, width, 2) float32, pixels.
        """
        height, width = previous.shape[2:]
        flow = self._network(self._preprocess(previous), self._preprocess(following))[-1]
        return flow[:, :, :height, :width].permute(0, 2, 3, 1).float().cpu().numpy()

    def _preprocess(self, images: Tensor) -> Tensor:
        """Convert images, (n, 3, height, width) uint8, to float32 in [-1, 1]; pad right and bottom."""
        height, width = images.shape[2:]
        right, bottom = (_padded_side(side) - side for side in (width, height))
        return pad(images.to(self._device).float() / 127.5 - 1, (0, right, 0, bottom), mode="replicate")


def load_torchvision_raft(size: RaftSize, device: str) -> RaftNetwork:
    """Load torchvision's RAFT with its published weights.

    Raises:
        FlowUnavailable: torchvision is missing or does not match torch, or the weights cannot be downloaded.
    """
    try:
        optical_flow = importlib.import_module("torchvision.models.optical_flow")
    except (ImportError, RuntimeError) as error:
        raise FlowUnavailable(
            "RAFT needs torchvision, in the build that matches the installed torch. Install it, or use the "
            "flow dis-medium."
        ) from error
    make, weights = {
        RaftSize.LARGE: (optical_flow.raft_large, optical_flow.Raft_Large_Weights.DEFAULT),
        RaftSize.SMALL: (optical_flow.raft_small, optical_flow.Raft_Small_Weights.DEFAULT),
    }[size]
    try:
        network: RaftNetwork = make(weights=weights, progress=False).eval().to(device)
    except (URLError, OSError) as error:
        raise FlowUnavailable(
            f"The weights of RAFT cannot be downloaded from {weights.url}. Put the file into "
            f"{torch.hub.get_dir()}/checkpoints, or use dis-medium."
        ) from error
    return network


def _padded_side(side: int) -> int:
    return max(_SMALLEST_SIDE, -(-side // _MULTIPLE) * _MULTIPLE)
