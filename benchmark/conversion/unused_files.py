"""Explains why certain files of a folder are not uploaded as clips."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePath

from benchmark.pairs import is_hidden_file
from benchmark.video.formats import (
    CLIP_SUFFIXES,
    CONVERSION_RECORDS,
    CONVERT_COMMAND,
    CONVERTIBLE_SUFFIXES,
    FRAME_SUFFIXES,
)

# Beginnings of the names of files that `ti2v generate` and `ti2v convert` write next to the clips. Such files
# need no explanation.
_RECORDS = ("manifest", CONVERSION_RECORDS)


def unused_files(paths: Iterable[Path]) -> Mapping[str, tuple[str, ...]]:
    """Return the names of the files and folders that are not used as clips, grouped by the reason."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for path in sorted(paths):
        reason = why_unused(path)
        if reason is not None:
            found[reason].append(path.name)
    return {reason: tuple(names) for reason, names in found.items()}


def why_unused(path: Path) -> str | None:
    """Return the reason why a file is not uploaded; None for clips and records of conversions."""
    if path.is_dir() and not is_hidden_file(path.name):
        if holds_frames(path):
            return f"folders of frames; convert them with: {CONVERT_COMMAND} --fps N"
        return "folders, which are not searched"
    return why_name_unused(path.name)


def why_name_unused(name: str) -> str | None:
    """Return the reason why a file with this name would not be uploaded; the file does not have to exist."""
    suffix = PurePath(name).suffix.lower()
    if is_hidden_file(name):
        return "hidden files and files of the system, such as macOS writes next to every file"
    if suffix in CLIP_SUFFIXES or (name.startswith(_RECORDS) and suffix == ".jsonl"):
        return None
    if suffix in CONVERTIBLE_SUFFIXES:
        return f"{suffix} files; convert them with: {CONVERT_COMMAND}"
    return "not video files"


def is_convertible_name(name: str) -> bool:
    """Return whether a file with this name is a video that must be converted before it can be a clip."""
    suffix = PurePath(name).suffix.lower()
    return suffix in CONVERTIBLE_SUFFIXES - CLIP_SUFFIXES and not is_hidden_file(name)


def holds_frames(folder: Path) -> bool:
    """Return whether a folder contains an image."""
    return any(
        each.suffix.lower() in FRAME_SUFFIXES and not is_hidden_file(each.name) for each in folder.iterdir()
    )


def files_beside_frames(sources: Iterable[Path]) -> Mapping[str, tuple[str, ...]]:
    """Return the names of files that are in a folder of frames but are not frames, grouped by the reason."""
    folders = [path for path in sources if path.is_dir()]
    found = [
        f"{folder.name}/{path.name}"
        for folder in folders
        for path in sorted(folder.iterdir())
        if path.suffix.lower() not in FRAME_SUFFIXES and not is_hidden_file(path.name)
    ]
    return (
        {f"in folders of frames, but not {', '.join(sorted(FRAME_SUFFIXES))}": tuple(found)} if found else {}
    )
