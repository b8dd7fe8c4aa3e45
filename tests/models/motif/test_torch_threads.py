"""The number of torch threads inside and after `cpu_threads`."""

import pytest
import torch

from models.motif.torch_threads import cpu_threads


@pytest.fixture(autouse=True)
def _three_threads() -> None:
    torch.set_num_threads(3)


def test_the_number_applies_inside_the_block_only() -> None:
    with cpu_threads(2):
        assert torch.get_num_threads() == 2

    assert torch.get_num_threads() == 3


def test_zero_keeps_the_default() -> None:
    with cpu_threads(0):
        assert torch.get_num_threads() == 3


def test_the_number_is_restored_after_an_error() -> None:
    with pytest.raises(ValueError, match="broken"), cpu_threads(1):
        raise ValueError("broken")

    assert torch.get_num_threads() == 3
