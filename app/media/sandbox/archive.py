"""Unpacks an untrusted ZIP file inside a sandbox child. The server never imports this module."""

import stat
import zipfile
import zlib
from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path, PurePosixPath, PureWindowsPath

from app.media.sandbox.client import CHUNK_BYTES, Json
from app.media.sandbox.sandbox_errors import WorkRefused
from app.media.store import DISK_FULL, DISK_FULL_ERRNOS
from benchmark.pairs import is_hidden_file

MAX_PART_BYTES = 255
MAX_NAME_BYTES = 1000
MAX_PROBLEMS = 1000
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENCRYPTED = 0x1
# Exceptions that the zipfile module raises for damaged files.
_DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, ValueError, NotImplementedError, RuntimeError, OSError)


def unpack(
    archive: Path, folder: Path, *, suffixes: Iterable[str], max_files: int, max_bytes: int
) -> Sequence[str]:
    """Unpack the files with the given suffixes; return the problems, one sentence each.

    If there are problems, the folder can contain some of the files. A full disk raises WorkRefused.

    Args:
        archive: the ZIP file.
        folder: an empty folder.
        suffixes: lower-case suffixes of the files to unpack; all other files are ignored. Hidden files, such
            as those in the folder `__MACOSX`, are ignored too.
        max_files: the maximum number of entries in the ZIP file.
        max_bytes: the maximum total size of the unpacked files. The function counts bytes during unpacking,
            because a ZIP file can declare wrong sizes.
    """
    try:
        with zipfile.ZipFile(archive) as zipped:
            entries = zipped.infolist()
            if len(entries) > max_files:
                return [f"The ZIP file has {len(entries)} entries; at most {max_files} are accepted."]
            problems = list(_problems(entries))
            if problems:
                return problems
            wanted = [
                entry
                for entry in entries
                if not entry.is_dir() and _is_wanted(PurePosixPath(entry.filename), set(suffixes))
            ]
            return _extract(zipped, wanted, folder, max_bytes)
    except _DAMAGED as error:
        if isinstance(error, OSError) and error.errno in DISK_FULL_ERRNOS:
            raise WorkRefused(DISK_FULL, "No space is left to unpack the ZIP file.") from error
        return [f"The ZIP file is damaged ({type(error).__name__})."]


def _is_wanted(name: PurePosixPath, suffixes: Collection[str]) -> bool:
    return name.suffix.lower() in suffixes and not any(map(is_hidden_file, name.parts))


def unpack_files(
    archive: str, folder: str, suffixes: list[str], max_files: int, max_bytes: int
) -> dict[str, Json]:
    """Unpack the files that have one of the suffixes; return the problems, and the folder of the files."""
    place = Path(folder)
    found = unpack(Path(archive), place, suffixes=suffixes, max_files=max_files, max_bytes=max_bytes)
    return {"problems": [*found[:MAX_PROBLEMS]], "folder": str(only_folder(place))}


def only_folder(folder: Path) -> Path:
    """Return the folder that contains the unpacked files.

    Many programs pack a folder instead of its content, so the files can be in a subfolder.
    """
    while True:
        inside = list(folder.iterdir())
        if len(inside) != 1 or not inside[0].is_dir():
            return folder
        (folder,) = inside


def _problems(entries: Sequence[zipfile.ZipInfo]) -> Iterator[str]:
    seen: set[str] = set()
    for number, entry in enumerate(entries, start=1):
        reason = _refusal(entry)
        folded = entry.filename.rstrip("/").casefold()
        if reason is None and folded in seen:
            reason = "has the same name as an earlier entry"
        seen.add(folded)
        if reason is not None:
            yield f"Entry {number} {reason}."


def _refusal(entry: zipfile.ZipInfo) -> str | None:
    """Return why an entry is refused; None if the entry is accepted."""
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        return "is a link or a special file"
    if entry.flag_bits & _ENCRYPTED:
        return "is encrypted"
    if entry.compress_type not in _METHODS:
        return "is compressed with another method than deflate"
    return _name_refusal(entry.orig_filename)


def _name_refusal(name: str) -> str | None:
    parts = name.rstrip("/").split("/")
    if "\\" in name or not name.isprintable():
        return "has a backslash or a control character in its name"
    if PureWindowsPath(name).drive or any(part in ("", ".", "..") for part in parts):
        return "has a name that points outside the folder"
    longest = max(len(part.encode("utf-8", "surrogatepass")) for part in parts)
    if longest > MAX_PART_BYTES or len(name.encode("utf-8", "surrogatepass")) > MAX_NAME_BYTES:
        return "has a name that is too long"
    return None


def _extract(
    zipped: zipfile.ZipFile, entries: Sequence[zipfile.ZipInfo], folder: Path, max_bytes: int
) -> Sequence[str]:
    unpacked = 0
    for entry in entries:
        target = folder.joinpath(*entry.filename.split("/"))
        target.parent.mkdir(parents=True, exist_ok=True)
        with zipped.open(entry) as packed, target.open("xb") as file:
            while chunk := packed.read(CHUNK_BYTES):
                unpacked += len(chunk)
                if unpacked > max_bytes:
                    return [f"The files have more than {max_bytes:,} bytes when they are unpacked."]
                file.write(chunk)
    return []
