"""Reads library versions and the process's peak memory, for provenance records."""

import resource
import sys
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, version

_DISTRIBUTION = "ti2v-bench"
NETWORK_LIBRARIES = ("torch", "diffusers", "transformers")


@cache
def library_versions(names: tuple[str, ...] = ()) -> Mapping[str, str]:
    """Return the versions of Python, TI2V Bench and the named packages, without importing the packages."""
    python = ".".join(map(str, sys.version_info[:3]))
    return {"python": python, **dict(_installed((_DISTRIBUTION, *names)))}


def peak_process_bytes() -> int:
    """Return the peak resident set size of this process in bytes."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    # The unit is KiB on Linux and bytes on macOS.
    return peak if sys.platform == "darwin" else peak * 1024


def _installed(names: Iterable[str]) -> Iterable[tuple[str, str]]:
    for name in names:
        try:
            yield name, version(name)
        except PackageNotFoundError:
            continue
