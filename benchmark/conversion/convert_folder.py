"""Converts all videos and all folders of frames in a folder to clips in another folder.

`converted.jsonl` in the output folder records the source of each clip. A clip from an earlier run is kept if
the source and the settings have not changed. A second run therefore does not change the clips.
"""

import hashlib
import os
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from benchmark.conversion.convert import convert_frames, convert_video
from benchmark.conversion.image_sequence import CannotConvert, frame_files
from benchmark.conversion.records import Record, read_records, write_records
from benchmark.conversion.unused_files import files_beside_frames, holds_frames, unused_files
from benchmark.pairs import ClipName, canonical_name, is_hidden_file
from benchmark.video.formats import CLIP_SUFFIXES, CONVERTIBLE_SUFFIXES


class ConversionProblems(ValueError):
    """Nothing was converted. `problems` lists every reason."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("Nothing was converted:")
        self.problems = list(problems)


@dataclass(frozen=True)
class Source:
    """A video file or a folder of frames, and the name of the resulting clip."""

    path: Path
    clip: str

    def digest(self) -> str:
        """Return the sha256 of a video file's bytes, or of the names and bytes of all frames in a folder."""
        if self.path.is_file():
            with self.path.open("rb") as file:
                return hashlib.file_digest(file, "sha256").hexdigest()
        total = hashlib.sha256()
        for frame in frame_files(self.path):
            total.update(f"{frame.name}\0{hashlib.sha256(frame.read_bytes()).hexdigest()}\n".encode())
        return total.hexdigest()


@dataclass(frozen=True)
class Sources:
    """The contents of a folder: the sources, and the names of unused files, grouped by the reason."""

    found: tuple[Source, ...]
    unused: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Converted:
    """The numbers of clips that were encoded, copied unchanged, or kept from an earlier run.

    `problems` has a sentence for each source that could not be converted.
    """

    encoded: int
    copied: int
    kept: int
    problems: tuple[str, ...]


def find_sources(folder: Path, names: Mapping[str, ClipName] | None = None) -> Sources:
    """Return the videos and the folders of frames in a folder.

    Args:
        names: a mapping from file name to pair and seed. The pair and the seed determine the clip's name. By
            default, each clip gets the name of its source.

    Raises:
        ConversionProblems: two sources would give clips with the same name, or the table of names does not
            match the folder.
    """
    entries = sorted(path for path in folder.iterdir() if not is_hidden_file(path.name))
    paths = [path for path in entries if _is_source(path)]
    found = [Source(path, f"{path.stem if path.is_file() else path.name}.mp4") for path in paths]
    problems: list[str] = []
    if names is not None:
        found, problems = _named(paths, names)
    by_clip: defaultdict[str, list[str]] = defaultdict(list)
    for source in found:
        by_clip[source.clip].append(source.path.name)
    problems += [
        f"{' and '.join(each)} would both become {clip}; keep one of them"
        for clip, each in by_clip.items()
        if len(each) > 1
    ]
    if problems:
        raise ConversionProblems(problems)
    rest = [path for path in folder.iterdir() if path not in set(paths)]
    return Sources(tuple(found), {**unused_files(rest), **files_beside_frames(paths)})


def convert_folder(
    sources: Sequence[Source],
    output: Path,
    *,
    fps: Fraction | None = None,
    on_clip: Callable[[], object] = lambda: None,
) -> Converted:
    """Convert sources into a folder, several in parallel.

    Args:
        output: the folder for the clips; created if it does not exist.
        fps: the frame rate of clips from folders of frames.
        on_clip: called after each clip, for a progress bar.

    Raises:
        ConversionProblems: the output folder contains clips from other sources, which could be confused with
            the new clips.
    """
    output.mkdir(parents=True, exist_ok=True)
    _refuse_other_clips(output, sources)
    before = {record.clip: record for record in read_records(output)}
    records: dict[str, Record] = {}
    kept: set[str] = set()
    problems: dict[str, str] = {}
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        waiting = {
            pool.submit(_convert, source, output, fps, before.get(source.clip)): source for source in sources
        }
        try:
            for done in as_completed(waiting):
                source = waiting[done]
                try:
                    records[source.clip] = done.result()
                except CannotConvert as error:
                    problems[source.path.name] = f"{source.path.name}: {error}"
                else:
                    if records[source.clip] is before.get(source.clip):
                        kept.add(source.clip)
                on_clip()
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    write_records(output, before | records)
    made = [record for clip, record in records.items() if clip not in kept]
    encoded = sum(record.encoded for record in made)
    order = [source.path.name for source in sources]
    return Converted(
        encoded, len(made) - encoded, len(kept), tuple(problems[name] for name in order if name in problems)
    )


def _refuse_other_clips(output: Path, sources: Sequence[Source]) -> None:
    made = {source.clip for source in sources}
    others = sorted(
        path.name
        for path in output.iterdir()
        if path.suffix.lower() in CLIP_SUFFIXES and not is_hidden_file(path.name) and path.name not in made
    )
    if others:
        raise ConversionProblems(
            [
                f"{output / name} was made from another source; delete the clip or choose another --to"
                for name in others
            ]
        )


def _is_source(path: Path) -> bool:
    return holds_frames(path) if path.is_dir() else path.suffix.lower() in CONVERTIBLE_SUFFIXES


def _named(paths: Sequence[Path], names: Mapping[str, ClipName]) -> tuple[list[Source], list[str]]:
    by_name = {canonical_name(path.name): path for path in paths}
    problems = [
        f"{name}: the table of names does not contain this file" for name in by_name if name not in names
    ]
    problems += [
        f"{name}: the table of names contains this file, but the folder does not"
        for name in names
        if name not in by_name
    ]
    found = [
        Source(by_name[name], f"{clip.pair_id}{'' if clip.seed is None else f'_{clip.seed}'}.mp4")
        for name, clip in names.items()
        if name in by_name
    ]
    return found, problems


def _convert(source: Source, output: Path, fps: Fraction | None, before: Record | None) -> Record:
    """Convert one source and return the clip's record.

    If the clip of an earlier run is still valid, convert nothing and return the earlier record, `before`.
    """
    digest, target = source.digest(), output / source.clip
    used_fps = str(fps) if source.path.is_dir() else None
    is_same = before is not None and (before.source_sha256, before.fps) == (digest, used_fps)
    if before is not None and is_same and target.is_file() and _sha256(target) == before.sha256:
        return before
    unfinished = target.with_name(f".{target.name}.unfinished")
    try:
        encoded = _write(source, unfinished, fps)
        sha256 = _sha256(unfinished)
        unfinished.replace(target)
    finally:
        unfinished.unlink(missing_ok=True)
    return Record(source.clip, sha256, source.path.name, digest, used_fps, encoded)


def _write(source: Source, target: Path, fps: Fraction | None) -> bool:
    if source.path.is_file():
        return convert_video(source.path, target).is_encoded
    if fps is None:
        raise CannotConvert("A folder of frames has no frame rate; give it with --fps.")
    convert_frames(frame_files(source.path), target, fps=fps)
    return True


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
