"""Stores and reads the commits to which this machine pins hub repositories."""

import json
import re
from pathlib import Path

from models.generators.base import CannotRun
from models.generators.recipe_weights import Weights
from models.generators.settings import generator_settings

_COMMIT = re.compile(r"[0-9a-f]{40}")


def pinned_revision(weights: Weights) -> str:
    """Return the commit that the adapter names, else the commit that this machine pins, else ""."""
    return weights.revision or _pins(generator_settings().pins).get(weights.source, "")


def pin(source: str, revision: str) -> None:
    """Record the commit of a downloaded repository.

    Raises:
        CannotRun: the revision is a branch or tag; branches and tags can change.
    """
    if not _COMMIT.fullmatch(revision):
        raise CannotRun(f"{revision!r} is not a commit of {source}; expected 40 hexadecimal digits.")
    path = generator_settings().pins
    path.parent.mkdir(parents=True, exist_ok=True)
    pins = _pins(path) | {source: revision}
    temporary = path.with_suffix(".unfinished")
    temporary.write_text(json.dumps(pins, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    temporary.replace(path)


def _pins(path: Path) -> dict[str, str]:
    if not path.exists():
        return {}
    pins: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    return pins
