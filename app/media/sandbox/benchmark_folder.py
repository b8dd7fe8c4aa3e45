"""Reads an untrusted benchmark inside a sandbox child. The server never imports this module."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from app.media.sandbox.archive import only_folder, unpack
from app.media.sandbox.client import Json
from benchmark.importers.hub import SUFFIXES
from benchmark.importers.images import is_web_image, write_png
from benchmark.importers.official import read_official
from benchmark.importers.problems import ImportProblems
from benchmark.importers.source import BenchmarkSource

MAX_PROBLEMS = 1000
MAX_PROBLEM_CHARS = 400


def read(
    folder: str,
    scratch: str,
    result: str,
    source: str,
    archive: str | None = None,
    unpacked: str | None = None,
    within: str | None = None,
    max_files: int = 0,
    max_bytes: int = 0,
) -> dict[str, Json]:
    """Read a benchmark, and write the benchmark or the list of its problems to the file `result`.

    Args:
        folder: the folder of the benchmark; not read if `archive` is given.
        scratch: the folder for converted images; it contains `result`.
        result: the path of the JSON file to write.
        source: the origin that the database stores for the benchmark.
        archive: a ZIP file that contains the benchmark.
        unpacked: an empty folder, into which the archive is unpacked.
        within: see `benchmark.importers.images.ImageFolder`.
        max_files: the maximum number of entries in the archive.
        max_bytes: the maximum total size of the unpacked files, and of the converted images, in bytes.
    """
    root = Path(folder)
    if archive is not None and unpacked is not None:
        root = Path(unpacked)
        found = unpack(Path(archive), root, suffixes=SUFFIXES, max_files=max_files, max_bytes=max_bytes)
        if found:
            return _refused(Path(result), "The ZIP file is not accepted; nothing was imported.", found)
        root = only_folder(root)
    try:
        benchmark = read_official(root, source=source, within=Path(within) if within else None)
        readable = _web_images(benchmark, Path(scratch), max_bytes)
    except ImportProblems as error:
        return _refused(Path(result), str(error), [str(problem) for problem in error.problems])
    _write(Path(result), _document(benchmark, readable))
    return {"images": len(benchmark.images)}


def _web_images(benchmark: BenchmarkSource, folder: Path, max_bytes: int) -> dict[str, Path]:
    """Return a file that browsers can show for each image.

    Images that browsers cannot show are converted to PNG.
    """
    readable: dict[str, Path] = {}
    written = 0
    for number, (name, path) in enumerate(benchmark.images.items()):
        readable[name] = path
        if is_web_image(path):
            continue
        readable[name] = folder / f"converted-{number}.png"
        write_png(path, readable[name])
        written += readable[name].stat().st_size
        if written > max_bytes:
            raise ImportProblems.of("The images are too large after their conversion to PNG.")
    return readable


def _document(benchmark: BenchmarkSource, readable: dict[str, Path]) -> dict[str, object]:
    return {
        "title": benchmark.title,
        "licence": benchmark.licence,
        "pairs": [asdict(pair) for pair in benchmark.pairs],
        "images": {name: str(path) for name, path in benchmark.images.items()},
        "readable": {name: str(path) for name, path in readable.items()},
    }


def _refused(result: Path, message: str, problems: Sequence[str]) -> dict[str, Json]:
    _write(
        result,
        {"message": message, "problems": [text[:MAX_PROBLEM_CHARS] for text in problems[:MAX_PROBLEMS]]},
    )
    return {"problems": len(problems)}


def _write(result: Path, document: dict[str, object]) -> None:
    result.write_text(json.dumps(document), encoding="utf-8")
