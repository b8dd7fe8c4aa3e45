"""The identity of weights: one sha256 over the files of a checkpoint."""

import hashlib
import json
import re
from collections.abc import Sequence
from pathlib import Path

from models.generators.settings import generator_settings

WEIGHT_SUFFIXES = frozenset({".safetensors", ".bin", ".ckpt", ".pt", ".pth"})
_SHA256 = re.compile(r"[0-9a-f]{64}")
# Smaller files are read again each time; that is quicker than keeping a list.
_KEPT_FROM_BYTES = 64 * 1024**2


def weight_files(folder: Path) -> list[Path]:
    """Return the weight files below a folder, in the order of their names."""
    return sorted(path for path in folder.rglob("*") if path.suffix in WEIGHT_SUFFIXES and path.is_file())


def checkpoint_sha256(files: Sequence[Path]) -> str:
    """Return the sha256 of `<sha256 of the file>  <name>` lines; empty for no files.

    A file that is a link to one named by its sha256, as in the hub's cache, is taken at its word.
    """
    if not files:
        return ""
    lines = "".join(f"{_file_sha256(path)}  {path.name}\n" for path in files)
    return hashlib.sha256(lines.encode()).hexdigest()


def _file_sha256(path: Path) -> str:
    target = path.resolve()
    if target != path.absolute() and _SHA256.fullmatch(target.name):
        return target.name
    state = target.stat()
    if state.st_size < _KEPT_FROM_BYTES:
        return _read_sha256(target)
    kept_in = generator_settings().checksums
    kept = _kept(kept_in)
    key = f"{target} {state.st_size} {state.st_mtime_ns}"
    if key not in kept:
        kept[key] = _read_sha256(target)
        kept_in.parent.mkdir(parents=True, exist_ok=True)
        unfinished = kept_in.with_suffix(".unfinished")
        unfinished.write_text(json.dumps(kept, indent=1), encoding="utf-8")
        unfinished.replace(kept_in)
    return kept[key]


def _kept(path: Path) -> dict[str, str]:
    try:
        kept: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return kept


def _read_sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
