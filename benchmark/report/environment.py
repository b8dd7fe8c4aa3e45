"""Writes environment.txt of a report: package versions, in the format of a requirements file."""

import re
import sys
from importlib.metadata import PackageNotFoundError, requires, version

_DISTRIBUTION = "ti2v-bench"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def environment_list() -> str:
    """Return a comment with Python's version, and `name==version` for our package and each dependency."""
    lines = sorted(f"{name}=={found}" for name, found in _dependencies().items())
    python = ".".join(map(str, sys.version_info[:3]))
    return "\n".join([f"# Python {python}", *lines]) + "\n"


def _dependencies() -> dict[str, str]:
    """Return the versions of our package and of its direct and indirect dependencies, except extras."""
    found: dict[str, str] = {}
    pending = [_DISTRIBUTION]
    while pending:
        name = pending.pop()
        if name in found:
            continue
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue  # not installed: it is needed only on another operating system or Python version
        pending += [
            _normalised(match[0])
            for line in requires(name) or ()
            if "extra ==" not in line and (match := _NAME.match(line))
        ]
    return found


def _normalised(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
