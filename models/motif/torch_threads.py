"""How many threads torch takes on a CPU."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch


@contextmanager
def cpu_threads(count: int) -> Iterator[None]:
    """Let torch take so many threads meanwhile; 0 leaves it its own choice.

    A network of toy size is done with an operation before a second thread is awake: on 2 shared cores a clip
    of `motif-tiny` took 3 s with one thread and 21 s with two.
    """
    before = torch.get_num_threads()
    torch.set_num_threads(count or before)
    try:
        yield
    finally:
        torch.set_num_threads(before)
