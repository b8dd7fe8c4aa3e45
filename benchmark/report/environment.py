"""The packages a bundle was made with, in the form of a requirements file; nothing of the machine."""

import re
import sys
from importlib.metadata import PackageNotFoundError, requires, version

_DISTRIBUTION = "ti2v-bench"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def environment_list() -> str:
    """Return Python's version as a comment, then `name==version` of TI2V Bench and all it needs, sorted."""
    lines = sorted(f"{name}=={found}" for name, found in _needed().items())
    python = ".".join(map(str, sys.version_info[:3]))
    return "\n".join([f"# Python {python}", *lines]) + "\n"


def _needed() -> dict[str, str]:
    """Return the installed packages that TI2V Bench needs, directly or not, without optional extras."""
    found: dict[str, str] = {}
    waiting = [_DISTRIBUTION]
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue  # for another system, or another Python
        waiting += [
            _normalised(match[0])
            for line in requires(name) or ()
            if "extra ==" not in line and (match := _NAME.match(line))
        ]
    return found


def _normalised(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
