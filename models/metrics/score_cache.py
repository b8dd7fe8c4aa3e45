"""Caches scores on disk, so that a second run of a suite over the same clips decodes nothing."""

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from benchmark.metrics.table import ClipScores
from models.metrics.clip_input import ClipInput


class ScoreCache:
    """Stores one small JSON file for each clip and set of settings.

    Args:
        folder: folder of the cache.
        key: text that identifies everything on which scores depend, except the clip, the image and the
            prompt.
    """

    def __init__(self, folder: Path, key: str) -> None:
        self._folder = folder
        self._key = key

    def read(self, clip: ClipInput) -> ClipScores | None:
        """Return the cached scores of a clip; None if the cache has no readable scores of the clip."""
        try:
            kept = json.loads(self._path(clip).read_text(encoding="utf-8"))
            return ClipScores(
                clip.pair, clip.scenario, clip.seed, kept["values"], kept["refused"], kept.get("facts", {})
            )
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def write(
        self,
        clip: ClipInput,
        values: Mapping[str, float],
        refused: Mapping[str, str],
        facts: Mapping[str, float] = MappingProxyType({}),
    ) -> None:
        path = self._path(clip)
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_suffix(f".{os.getpid()}.unfinished")
        document = {"values": dict(values), "refused": dict(refused), "facts": dict(facts)}
        unfinished.write_text(json.dumps(document, allow_nan=False), encoding="utf-8")
        unfinished.replace(path)

    def _path(self, clip: ClipInput) -> Path:
        name = "\n".join((self._key, clip.pair, clip.prompt, clip.sha256, clip.image_sha256))
        digest = hashlib.sha256(name.encode()).hexdigest()
        return self._folder / digest[:2] / f"{digest}.json"
