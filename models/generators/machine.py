"""What this machine has, found out without loading torch."""

import shutil
import subprocess
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec

_QUERY = ("--query-gpu=name,memory.total", "--format=csv,noheader,nounits")
_QUERY_TIMEOUT_S = 15


@dataclass(frozen=True)
class Gpu:
    name: str
    gib: float


@cache
def gpus() -> tuple[Gpu, ...]:
    """Return the NVIDIA GPUs of this machine, none where their driver's tool is missing or silent."""
    program = shutil.which("nvidia-smi")
    if program is None:
        return ()
    try:
        done = subprocess.run(  # noqa: S603 - the driver's own tool, fixed arguments
            [program, *_QUERY], capture_output=True, text=True, timeout=_QUERY_TIMEOUT_S, check=True
        )
    except (subprocess.SubprocessError, OSError):
        return ()
    rows = [line.rsplit(",", 1) for line in done.stdout.splitlines() if "," in line]
    return tuple(
        Gpu(name.strip(), float(mebibytes) / 1024) for name, mebibytes in rows if mebibytes.strip().isdigit()
    )


def usual_device() -> str:
    return "cuda" if gpus() else "cpu"


def missing_package(names: tuple[str, ...]) -> str | None:
    """Return the first package that is not installed."""
    return next((name for name in names if find_spec(name) is None), None)


def gpu_too_small(needed_gib: float) -> str | None:
    """Say why no GPU here is large enough; None if one is, or if none is needed."""
    if needed_gib == 0:
        return None
    largest = max(gpus(), key=lambda gpu: gpu.gib, default=None)
    if largest is None:
        return f"It needs a GPU with {needed_gib:g} GiB of memory, and none was found here."
    # A card sold as 24 GB has a little less to give.
    if largest.gib < needed_gib * 0.97:
        found = f"the largest here, {largest.name}, has {largest.gib:.1f}"
        return f"It needs a GPU with {needed_gib:g} GiB of memory; {found}."
    return None
