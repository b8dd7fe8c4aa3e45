"""Reads an untrusted benchmark folder in a sandbox child and returns the benchmark to the server."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.media.sandbox import Json, Sandbox, SandboxLimits, Work, WorkDied, WorkTimeout
from benchmark.importers.source import BenchmarkSource
from benchmark.pairs import PairSpec

MAX_FILES = 20_000
MAX_RESULT_BYTES = 256 * 1024**2
# A benchmark can have thousands of images, so the child gets more time than a child that probes a clip.
LIMITS = SandboxLimits(wall_s=900.0, cpu_s=600, file_bytes=1024**3, open_files=64)


class BenchmarkRefused(Exception):
    """The benchmark cannot be imported; `problems` has one sentence for each problem."""

    def __init__(self, message: str, problems: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.problems = list(problems)


@dataclass(frozen=True)
class ReadBenchmark:
    """A benchmark that was read without problems.

    Attributes:
        source: the benchmark with its original image files.
        readable: maps each image to a file that browsers can show, which is the original or a PNG made from
            it.
    """

    source: BenchmarkSource
    readable: Mapping[str, Path]


@dataclass(frozen=True)
class FolderToRead:
    """The location of a benchmark that is to be read.

    Attributes:
        folder: the benchmark's folder; if `archive` is set, an empty folder into which the archive is
            unpacked.
        scratch: a folder in which the sandbox child stores converted images and its result.
        source: the origin that the database stores for the benchmark, such as the dataset's name.
        archive: a ZIP file that is unpacked into `folder`.
        within: the folder that must contain every image after links are resolved; None means `folder`.
    """

    folder: Path
    scratch: Path
    source: str
    archive: Path | None = None
    within: Path | None = None


def read_folder(place: FolderToRead, *, sandbox: Sandbox, max_bytes: int) -> ReadBenchmark:
    """Read a benchmark in a sandbox child.

    Raises:
        BenchmarkRefused: the benchmark has problems, or reading the benchmark takes too long.
        SandboxBroken: the sandbox does not start, or was closed.
    """
    result = place.scratch / "result.json"
    arguments: dict[str, Json] = {
        "folder": str(place.folder.absolute()),
        "scratch": str(place.scratch.absolute()),
        "result": str(result.absolute()),
        "source": place.source,
        "archive": str(place.archive.absolute()) if place.archive else None,
        "unpacked": str(place.folder.absolute()) if place.archive else None,
        "within": str(place.within.absolute()) if place.within else None,
        "max_files": MAX_FILES,
        "max_bytes": max_bytes,
    }
    try:
        reply = sandbox.run(Work.BENCHMARK, arguments)
    except WorkTimeout as error:
        raise BenchmarkRefused("Reading the benchmark takes too long. Shrink its images.") from error
    except WorkDied as error:
        raise BenchmarkRefused(
            "The benchmark cannot be read: a file is damaged or needs too much memory."
        ) from error
    document = _document(result)
    if "problems" in reply:
        raise BenchmarkRefused(str(document["message"]), document["problems"])
    return _read_benchmark(document, place)


def _document(result: Path) -> dict[str, Any]:
    if result.stat().st_size > MAX_RESULT_BYTES:
        raise BenchmarkRefused("The table of the benchmark is too large.")
    document: dict[str, Any] = json.loads(result.read_text(encoding="utf-8"))
    return document


def _read_benchmark(document: dict[str, Any], place: FolderToRead) -> ReadBenchmark:
    inside = [each.resolve() for each in (place.folder, place.scratch, place.within) if each]
    source = BenchmarkSource(
        title=document["title"],
        pairs=tuple(PairSpec(**pair) for pair in document["pairs"]),
        images=_paths(document["images"], inside),
        source=place.source,
        licence=document["licence"],
    )
    return ReadBenchmark(source, _paths(document["readable"], inside))


def _paths(found: Mapping[str, str], inside: Sequence[Path]) -> Mapping[str, Path]:
    """Return the paths of the files that the sandbox child lists in its result.

    Refuse files outside the benchmark's folder.
    """
    paths = {name: Path(path) for name, path in found.items()}
    for path in paths.values():
        if not any(path.resolve().is_relative_to(folder) for folder in inside):
            raise BenchmarkRefused("An image is outside the folder of the benchmark.")
    return paths
