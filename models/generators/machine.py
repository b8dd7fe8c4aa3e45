"""Detects GPUs and installed packages without importing torch."""

import shutil
import subprocess
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec

_QUERY = ("--query-gpu=name,memory.total", "--format=csv,noheader,nounits")
_QUERY_TIMEOUT_S = 15


@dataclass(frozen=True)
class Gpu:
    """A GPU and its total memory in GiB."""

    name: str
    gib: float


@cache
def gpus() -> tuple[Gpu, ...]:
    """Return the NVIDIA GPUs that nvidia-smi lists; an empty list if nvidia-smi is missing or fails."""
    program = shutil.which("nvidia-smi")
    if program is None:
        return ()
    try:
        done = subprocess.run(  # noqa: S603 - nvidia-smi with fixed arguments
            [program, *_QUERY], capture_output=True, text=True, timeout=_QUERY_TIMEOUT_S, check=True
        )
    except (subprocess.SubprocessError, OSError):
        return ()
    rows = [line.rsplit(",", 1) for line in done.stdout.splitlines() if "," in line]
    return tuple(
        Gpu(name.strip(), float(mebibytes) / 1024) for name, mebibytes in rows if mebibytes.strip().isdigit()
    )


def default_device() -> str:
    """Return `cuda` if there is a GPU, else `cpu`."""
    return "cuda" if gpus() else "cpu"


def missing_package(names: tuple[str, ...]) -> str | None:
    """Return the first of the named packages that is not installed; None if all packages are installed."""
    return next((name for name in names if find_spec(name) is None), None)


def gpu_too_small(needed_gib: float) -> str | None:
    """Return a message if no GPU has enough memory; None if a GPU has enough or the model needs no GPU."""
    if needed_gib == 0:
        return None
    largest = max(gpus(), key=lambda gpu: gpu.gib, default=None)
    if largest is None:
        return f"The model needs a GPU with {needed_gib:g} GiB of memory, but no GPU was found."
    # The check is tolerant, because a GPU sold as 24 GB has slightly less usable memory.
    if largest.gib < needed_gib * 0.97:
        return (
            f"The model needs a GPU with {needed_gib:g} GiB of memory, but the largest one, "
            f"{largest.name}, has "
            f"{largest.gib:.1f} GiB."
        )
    return None
