"""Threads torch takes on a CPU: as many as asked for meanwhile, as before afterwards."""

import pytest
import torch

from models.motif.torch_threads import cpu_threads


@pytest.fixture(autouse=True)
def _three_threads() -> None:
    torch.set_num_threads(3)


def test_so_many_are_taken_meanwhile() -> None:
    with cpu_threads(2):
        assert torch.get_num_threads() == 2

    assert torch.get_num_threads() == 3


def test_zero_leaves_torch_its_choice() -> None:
    with cpu_threads(0):
        assert torch.get_num_threads() == 3


def test_an_error_gives_them_back_too() -> None:
    with pytest.raises(ValueError, match="broken"), cpu_threads(1):
        raise ValueError("broken")

    assert torch.get_num_threads() == 3
