"""Writes and reads SHA256SUMS, which contains the sha256 of every other file of a report."""

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path

CHECKSUMS_FILE = "SHA256SUMS"
_LINE = re.compile(r"([0-9a-f]{64})  (.+)")


def write_checksums(folder: Path) -> None:
    """Write the checksums of all files in the folder, sorted by name."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != CHECKSUMS_FILE)
    lines = [f"{file_sha256(path)}  {path.relative_to(folder).as_posix()}\n" for path in files]
    (folder / CHECKSUMS_FILE).write_text("".join(lines), encoding="utf-8")


def read_file_names(folder: Path) -> set[str]:
    """Return the file names in a report's SHA256SUMS."""
    return set(read_checksums(folder))


def read_checksums(folder: Path) -> Mapping[str, str]:
    """Return the sha256 of each file in a report's SHA256SUMS, keyed by file name.

    Raises:
        OSError: the file cannot be opened.
    """
    lines = (folder / CHECKSUMS_FILE).read_text(encoding="utf-8", errors="replace").split("\n")
    return {match[2]: match[1] for line in lines if (match := _LINE.fullmatch(line))}


def file_sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
