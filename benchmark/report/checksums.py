"""SHA256SUMS: the digest of every other file of a bundle, as `sha256sum -c` reads it."""

import hashlib
import re
from pathlib import Path

SUMS = "SHA256SUMS"
_LINE = re.compile(r"[0-9a-f]{64}  (.+)")


def write_sums(folder: Path) -> None:
    """Write the digests of all files in the folder, sorted by name."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != SUMS)
    lines = [f"{_digest(path)}  {path.relative_to(folder).as_posix()}\n" for path in files]
    (folder / SUMS).write_text("".join(lines), encoding="utf-8")


def read_sums(folder: Path) -> set[str]:
    """Return the names that the digests of a bundle list."""
    lines = (folder / SUMS).read_text(encoding="utf-8", errors="replace").splitlines()
    return {match[1] for line in lines if (match := _LINE.fullmatch(line))}


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
