"""Tells too little memory apart from everything else a network can fail with."""

import gc
import traceback
from collections.abc import Iterator
from contextlib import contextmanager

import torch

from models.generators.base import CannotRun, Crashed, OutOfMemory
from models.generators.usage import peak_process_bytes

# How torch says on a CPU that an allocation failed.
_CPU_SENTENCES = ("can't allocate memory", "not enough memory", "failed to allocate")
_BREAKDOWNS = (RuntimeError, ValueError, TypeError, LookupError, AttributeError, AssertionError)


@contextmanager
def breakdowns_named(doing: str) -> Iterator[None]:
    """Turn what a network raises into errors of the protocol; `doing` begins the sentence.

    Raises:
        OutOfMemory: the device or the machine has no memory left.
        Crashed: anything else.
    """
    try:
        yield
    except (torch.OutOfMemoryError, MemoryError) as error:
        _let_go(error)
        raise OutOfMemory(f"{doing}: the memory is not enough. {_first_line(error)}") from error
    except _BREAKDOWNS as error:
        if any(sentence in str(error) for sentence in _CPU_SENTENCES):
            _let_go(error)
            raise OutOfMemory(f"{doing}: the memory is not enough. {_first_line(error)}") from error
        raise Crashed(f"{doing}: {type(error).__name__}: {_first_line(error)}") from error


def check_device(name: str, device: str, needed_gib: float) -> None:
    """Refuse a device that is not there, or too small.

    Raises:
        CannotRun: says what is needed and what was found.
    """
    if device == "cpu":
        return
    if not device.startswith("cuda") or not torch.cuda.is_available():
        raise CannotRun(f"{name} cannot run on {device}: no such device was found here.")
    found = gpu_gib(device)
    # A card sold as 24 GB has a little less to give.
    if found < needed_gib * 0.97:
        raise CannotRun(
            f"{name} needs {needed_gib:g} GiB of GPU memory; {device_name(device)} has {found:.1f} GiB."
        )


def gpu_gib(device: str) -> float:
    memory: int = torch.cuda.get_device_properties(device).total_memory
    return memory / 1024**3


def start_measuring(device: str) -> None:
    if device.startswith("cuda"):
        torch.cuda.reset_peak_memory_stats(device)


def peak_bytes(device: str) -> int:
    """Return the largest use of the GPU since `start_measuring`; on a CPU, of the process so far."""
    return torch.cuda.max_memory_allocated(device) if device.startswith("cuda") else peak_process_bytes()


def device_name(device: str) -> str:
    return torch.cuda.get_device_name(device) if device.startswith("cuda") else "cpu"


def _let_go(error: BaseException) -> None:
    """Free what the broken call still holds: its frames live on in the error, and a smaller batch follows."""
    traceback.clear_frames(error.__traceback__)
    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()


def _first_line(error: BaseException) -> str:
    text = str(error).strip()
    return text.splitlines()[0][:300] if text else "It does not say why."
