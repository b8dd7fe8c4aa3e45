"""The moving average of weights, by hand."""

import torch
from torch import nn

from models.training.ema import MovingAverage


def one_weight(value: float) -> nn.Linear:
    network = nn.Linear(1, 1, bias=False)
    nn.init.constant_(network.weight, value)
    return network


def test_an_average_moves_by_its_share() -> None:
    network = one_weight(1.0)
    average = MovingAverage(network, decay=0.9)
    nn.init.constant_(network.weight, 2.0)
    average.update(network, step=1000)
    # 0.9 * 1 + 0.1 * 2
    torch.testing.assert_close(average.weights["weight"], torch.tensor([[1.1]]))


def test_an_early_average_forgets_the_random_start() -> None:
    network = one_weight(1.0)
    average = MovingAverage(network, decay=0.9)
    nn.init.constant_(network.weight, 2.0)
    average.update(network, step=0)
    # d = (1 + 0) / (10 + 0) = 0.1: 0.1 * 1 + 0.9 * 2
    torch.testing.assert_close(average.weights["weight"], torch.tensor([[1.9]]))


def test_swapping_twice_changes_nothing() -> None:
    network = one_weight(1.0)
    average = MovingAverage(network, decay=0.9)
    nn.init.constant_(network.weight, 2.0)
    average.swap(network)
    assert (network.weight.item(), average.weights["weight"].item()) == (1.0, 2.0)
    average.swap(network)
    assert (network.weight.item(), average.weights["weight"].item()) == (2.0, 1.0)
