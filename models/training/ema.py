"""Computes the exponential moving average (EMA) of a network's weights, for validation and export."""

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from models.training.sharded_weights import shard_like


class ExponentialMovingAverage:
    """Averages weights in float32: after each step, average <- d * average + (1 - d) * weights.

    d = min(decay, (1 + step) / (10 + step)). d is small at first, so that the average forgets the random
    initialisation early.

    Args:
        network: the network whose parameters are averaged; the averages start at the current parameters.
        decay: upper limit of d, in [0, 1).
    """

    def __init__(self, network: nn.Module, decay: float) -> None:
        self.decay = decay
        self.weights: dict[str, Tensor] = {
            name: weight.detach().float().clone() for name, weight in network.named_parameters()
        }

    @torch.no_grad()
    def update(self, network: nn.Module, step: int) -> None:
        """Update the average after a training step. Steps count from 0."""
        decay = min(self.decay, (1 + step) / (10 + step))
        for name, weight in network.named_parameters():
            self.weights[name].lerp_(weight.detach().float(), 1 - decay)

    @torch.no_grad()
    def swap(self, network: nn.Module) -> None:
        """Exchange the averaged weights and the network's weights. A second call reverses the exchange."""
        for name, weight in network.named_parameters():
            current = weight.detach().float().clone()
            weight.copy_(self.weights[name])
            self.weights[name] = current

    def load(self, weights: Mapping[str, Tensor]) -> None:
        """Copy saved averages into this object."""
        for name, average in self.weights.items():
            average.copy_(shard_like(weights[name], average))
