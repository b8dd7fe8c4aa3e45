"""What provenance records of a run: how long, how much memory, which libraries."""

import resource
import sys
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, version

_DISTRIBUTION = "ti2v-bench"
NETWORK_LIBRARIES = ("torch", "diffusers", "transformers")


@cache
def library_versions(names: tuple[str, ...] = ()) -> Mapping[str, str]:
    """Return the versions of this distribution, Python and those named, without importing any."""
    python = ".".join(map(str, sys.version_info[:3]))
    return {"python": python, **dict(_installed((_DISTRIBUTION, *names)))}


def peak_process_bytes() -> int:
    """Return the largest resident size of this process so far."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    # Linux counts in KiB, macOS in bytes.
    return peak if sys.platform == "darwin" else peak * 1024


def _installed(names: Iterable[str]) -> Iterable[tuple[str, str]]:
    for name in names:
        try:
            yield name, version(name)
        except PackageNotFoundError:
            continue
