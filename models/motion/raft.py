"""Optical flow by RAFT, through torchvision where that and its weights are at hand.

Source: Z. Teed, J. Deng (2020), RAFT: Recurrent All-Pairs Field Transforms for Optical Flow, ECCV.
torchvision stays optional: a build of it that does not fit the installed torch breaks transformers' imports.
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
from models.motion.frames import Frames, checked_frames

RaftNetwork = Callable[[Tensor, Tensor], list[Tensor]]
"""Two batches of pictures (n, 3, height, width) in [-1, 1] -> flows (n, 2, height, width), the best last."""

# RAFT works at an eighth of the size and looks four levels further up.
_MULTIPLE, _SMALLEST_SIDE = 8, 128


class RaftSize(StrEnum):
    LARGE = "large"
    SMALL = "small"


class CannotEstimate(Exception):
    """An estimator of flow cannot run here; the message says what is missing."""


class RaftFlow:
    """RAFT behind the protocol of `OpticalFlow`.

    Args:
        size: which of torchvision's two networks.
        network: stands in for torchvision's network with its published weights.
        device: where frames go; the network given must be there already.
        pairs_at_once: how many frame pairs go through together; 1 GiB holds about 4 of 320x320.

    Raises:
        CannotEstimate: torchvision or its weights are missing.
    """

    def __init__(
        self,
        size: RaftSize | str = RaftSize.LARGE,
        *,
        network: RaftNetwork | None = None,
        device: str = "cpu",
        pairs_at_once: int = 4,
    ) -> None:
        self._size = RaftSize(size)
        self.name = f"raft-{self._size}"
        self._network = network or published_network(self._size, device)
        self._device = device
        self._pairs_at_once = pairs_at_once

    @torch.no_grad()
    def __call__(self, frames: Frames) -> Flow:
        """Return the flow of every frame to the next; see `OpticalFlow`."""
        frames = checked_frames(frames)
        pictures = torch.from_numpy(np.ascontiguousarray(frames)).permute(0, 3, 1, 2)
        steps, at_once = len(frames) - 1, self._pairs_at_once
        chunks = [slice(first, min(first + at_once, steps)) for first in range(0, steps, at_once)]
        return np.concatenate(
            [self._flow_between(pictures[:-1][each], pictures[1:][each]) for each in chunks]
        )

    def _flow_between(self, here: Tensor, there: Tensor) -> Flow:
        height, width = here.shape[2:]
        flow = self._network(self._prepared(here), self._prepared(there))[-1][:, :, :height, :width]
        return flow.permute(0, 2, 3, 1).float().cpu().numpy()

    def _prepared(self, pictures: Tensor) -> Tensor:
        """Scale to [-1, 1] and repeat the right and lower edge until RAFT takes the size."""
        height, width = pictures.shape[2:]
        right, below = (_whole(side) - side for side in (width, height))
        return pad(pictures.to(self._device).float() / 127.5 - 1, (0, right, 0, below), mode="replicate")


def published_network(size: RaftSize, device: str) -> RaftNetwork:
    """Return torchvision's network with the weights it publishes.

    Raises:
        CannotEstimate: torchvision is not installed or does not fit torch, or the weights cannot be had.
    """
    try:
        optical_flow = importlib.import_module("torchvision.models.optical_flow")
    except (ImportError, RuntimeError) as error:
        raise CannotEstimate(
            "RAFT needs torchvision, in the build that fits the installed torch. Without it use dis-medium."
        ) from error
    make, weights = {
        RaftSize.LARGE: (optical_flow.raft_large, optical_flow.Raft_Large_Weights.DEFAULT),
        RaftSize.SMALL: (optical_flow.raft_small, optical_flow.Raft_Small_Weights.DEFAULT),
    }[size]
    try:
        network: RaftNetwork = make(weights=weights, progress=False).eval().to(device)
    except (URLError, OSError) as error:
        raise CannotEstimate(
            f"The weights of RAFT ({weights.url}) cannot be downloaded; put the file into "
            f"{torch.hub.get_dir()}/checkpoints, or use dis-medium."
        ) from error
    return network


def _whole(side: int) -> int:
    return max(_SMALLEST_SIDE, -(-side // _MULTIPLE) * _MULTIPLE)
