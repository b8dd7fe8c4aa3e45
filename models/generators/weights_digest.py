"""Computes the hash of a checkpoint: one sha256 over all weight files of the checkpoint."""

import hashlib
import json
import re
from collections.abc import Sequence
from pathlib import Path

from models.generators.settings import generator_settings

WEIGHT_SUFFIXES = frozenset({".safetensors", ".bin", ".ckpt", ".pt", ".pth"})
_SHA256 = re.compile(r"[0-9a-f]{64}")
# Hashes of smaller files are not cached, because hashing them is fast.
_CACHED_FROM_BYTES = 64 * 1024**2


def weight_files(folder: Path) -> list[Path]:
    """Return all weight files in a folder and its subfolders, sorted by path."""
    return sorted(path for path in folder.rglob("*") if path.suffix in WEIGHT_SUFFIXES and path.is_file())


def checkpoint_sha256(files: Sequence[Path]) -> str:
    """Return the sha256 of a text with one line `<sha256> <name>` per weight file; "" if there are no files.

    In the hub's cache, a weight file is a link to a file that is named after its sha256 hash. The function
    does not read linked files; it uses the name of the link's target as the hash.
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
    if state.st_size < _CACHED_FROM_BYTES:
        return _read_sha256(target)
    cache_file = generator_settings().checksums
    checksums = _read_cache(cache_file)
    key = f"{target} {state.st_size} {state.st_mtime_ns}"
    if key not in checksums:
        checksums[key] = _read_sha256(target)
        cache_file.parent.mkdir(parents=True, exist_ok=True)
        temporary = cache_file.with_suffix(".unfinished")
        temporary.write_text(json.dumps(checksums, indent=1), encoding="utf-8")
        temporary.replace(cache_file)
    return checksums[key]


def _read_cache(path: Path) -> dict[str, str]:
    try:
        checksums: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return checksums


def _read_sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
