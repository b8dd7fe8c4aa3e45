"""The exponential moving average of weights, compared with hand-computed values."""

import torch
from torch import nn

from models.training.ema import ExponentialMovingAverage


def one_weight(value: float) -> nn.Linear:
    network = nn.Linear(1, 1, bias=False)
    nn.init.constant_(network.weight, value)
    return network


def test_the_average_moves_by_one_minus_the_decay() -> None:
    network = one_weight(1.0)
    ema = ExponentialMovingAverage(network, decay=0.9)
    nn.init.constant_(network.weight, 2.0)
    ema.update(network, step=1000)
    # 0.9 * 1 + 0.1 * 2
    torch.testing.assert_close(ema.weights["weight"], torch.tensor([[1.1]]))


def test_the_decay_is_lower_in_the_first_steps() -> None:
    network = one_weight(1.0)
    ema = ExponentialMovingAverage(network, decay=0.9)
    nn.init.constant_(network.weight, 2.0)
    ema.update(network, step=0)
    # d = (1 + 0) / (10 + 0) = 0.1: 0.1 * 1 + 0.9 * 2
    torch.testing.assert_close(ema.weights["weight"], torch.tensor([[1.9]]))


def test_swapping_twice_restores_both() -> None:
    network = one_weight(1.0)
    ema = ExponentialMovingAverage(network, decay=0.9)
    nn.init.constant_(network.weight, 2.0)
    ema.swap(network)
    assert (network.weight.item(), ema.weights["weight"].item()) == (1.0, 2.0)
    ema.swap(network)
    assert (network.weight.item(), ema.weights["weight"].item()) == (2.0, 1.0)
