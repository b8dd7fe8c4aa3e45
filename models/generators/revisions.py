"""Which commit of a hub repository is used here: fixed when it is set up, the same ever after."""

import json
import re
from pathlib import Path

from models.generators.base import CannotRun
from models.generators.recipes import Weights
from models.generators.settings import generator_settings

_COMMIT = re.compile(r"[0-9a-f]{40}")


def pinned_revision(weights: Weights) -> str:
    """Return the commit to use: the adapter's, or the one pinned here; empty where there is neither."""
    return weights.revision or _pins(generator_settings().pins).get(weights.source, "")


def pin(source: str, revision: str) -> None:
    """Note the commit of a repository that was downloaded.

    Raises:
        CannotRun: it is a branch or tag, which may move.
    """
    if not _COMMIT.fullmatch(revision):
        raise CannotRun(f"{revision!r} is no commit of {source}; a pin is 40 hexadecimal digits.")
    path = generator_settings().pins
    path.parent.mkdir(parents=True, exist_ok=True)
    pins = _pins(path) | {source: revision}
    unfinished = path.with_suffix(".unfinished")
    unfinished.write_text(json.dumps(pins, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    unfinished.replace(path)


def _pins(path: Path) -> dict[str, str]:
    if not path.exists():
        return {}
    pins: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    return pins
