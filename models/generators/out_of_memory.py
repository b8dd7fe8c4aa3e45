"""Detects out-of-memory errors, checks device memory and measures peak memory use."""

import gc
import traceback
from collections.abc import Iterator
from contextlib import contextmanager

import torch

from models.generators.base import CannotRun, Crashed, OutOfMemory
from models.generators.usage import peak_process_bytes

# Messages of torch for failed allocations on a CPU.
_CPU_MESSAGES = ("can't allocate memory", "not enough memory", "failed to allocate")
_NETWORK_ERRORS = (RuntimeError, ValueError, TypeError, LookupError, AttributeError, AssertionError)


@contextmanager
def translate_errors(prefix: str) -> Iterator[None]:
    """Convert exceptions of a network to generator errors.

    Args:
        prefix: text at the start of the error message.

    Raises:
        OutOfMemory: the device or the machine is out of memory.
        Crashed: the network failed for a reason other than too little memory.
    """
    try:
        yield
    except (torch.OutOfMemoryError, MemoryError) as error:
        _free_memory(error)
        raise OutOfMemory(f"{prefix}: out of memory. {_first_line(error)}") from error
    except _NETWORK_ERRORS as error:
        if any(message in str(error) for message in _CPU_MESSAGES):
            _free_memory(error)
            raise OutOfMemory(f"{prefix}: out of memory. {_first_line(error)}") from error
        raise Crashed(f"{prefix}: {type(error).__name__}: {_first_line(error)}") from error


def check_device(name: str, device: str, needed_gib: float) -> None:
    """Check that a device exists and has enough memory.

    Raises:
        CannotRun: the device does not exist, or has too little memory.
    """
    if device == "cpu":
        return
    if not device.startswith("cuda") or not torch.cuda.is_available():
        raise CannotRun(f"{name} cannot run on {device}: there is no such device on this machine.")
    found = gpu_gib(device)
    # The check is tolerant, because a GPU sold as 24 GB has slightly less usable memory.
    if found < needed_gib * 0.97:
        raise CannotRun(
            f"{name} needs {needed_gib:g} GiB of GPU memory; {device_name(device)} has {found:.1f} GiB."
        )


def gpu_gib(device: str) -> float:
    """Return the total memory of a GPU in GiB."""
    memory: int = torch.cuda.get_device_properties(device).total_memory
    return memory / 1024**3


def reset_peak_memory(device: str) -> None:
    """Start a new measurement of the GPU's peak memory; does nothing on a CPU."""
    if device.startswith("cuda"):
        torch.cuda.reset_peak_memory_stats(device)


def peak_memory_bytes(device: str) -> int:
    """Return the GPU's peak memory since `reset_peak_memory`; on a CPU, the peak memory of this process."""
    return torch.cuda.max_memory_allocated(device) if device.startswith("cuda") else peak_process_bytes()


def device_name(device: str) -> str:
    """Return the name of the GPU, or `cpu`."""
    return torch.cuda.get_device_name(device) if device.startswith("cuda") else "cpu"


def _free_memory(error: BaseException) -> None:
    """Free the tensors that a failed call's traceback still references, before a smaller batch is tried."""
    traceback.clear_frames(error.__traceback__)
    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()


def _first_line(error: BaseException) -> str:
    text = str(error).strip()
    return text.splitlines()[0][:300] if text else "The error has no message."
