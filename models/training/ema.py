"""The exponential moving average of a network's weights, which is what is validated and shipped."""

from collections.abc import Mapping

import torch
from torch import Tensor, nn


class MovingAverage:
    """Averages weights: after each step, average <- d * average + (1 - d) * weights.

    d = min(decay, (1 + step) / (10 + step)), so that an early average is not the random start. Float32,
    whatever the network's type.
    """

    def __init__(self, network: nn.Module, decay: float) -> None:
        self.decay = decay
        self.weights: dict[str, Tensor] = {
            name: weight.detach().float().clone() for name, weight in network.named_parameters()
        }

    @torch.no_grad()
    def update(self, network: nn.Module, step: int) -> None:
        """Take in the weights after a step; steps count from 0."""
        kept = min(self.decay, (1 + step) / (10 + step))
        for name, weight in network.named_parameters():
            self.weights[name].lerp_(weight.detach().float(), 1 - kept)

    @torch.no_grad()
    def swap(self, network: nn.Module) -> None:
        """Exchange the average and the network's weights; twice leaves both as they were."""
        for name, weight in network.named_parameters():
            held = weight.detach().float().clone()
            weight.copy_(self.weights[name])
            self.weights[name] = held

    def load(self, weights: Mapping[str, Tensor]) -> None:
        """Take over a saved average."""
        for name, held in self.weights.items():
            held.copy_(weights[name])
