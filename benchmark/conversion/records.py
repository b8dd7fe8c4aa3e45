"""Records of converted clips: the source and the hash of each clip in a folder."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmark.video.formats import CONVERSION_RECORDS


@dataclass(frozen=True)
class Record:
    """The source of a converted clip.

    If the source is a folder of frames, `fps` is the frame rate that the user gave; for a video, `fps` is
    None. `encoded` is false if the bytes were copied.
    """

    clip: str
    sha256: str
    source: str
    source_sha256: str
    fps: str | None
    encoded: bool


def read_records(output: Path) -> Iterator[Record]:
    """Yield the records in a folder of converted clips. Raises ValueError with file and line."""
    path = output / CONVERSION_RECORDS
    if path.exists():
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            try:
                yield Record(**json.loads(line))
            except (ValueError, TypeError) as error:
                raise ValueError(
                    f"Line {number} of {path} cannot be read. Delete the file to convert every clip again."
                ) from error


def write_records(output: Path, records: Mapping[str, Record]) -> None:
    """Replace the records in a folder of converted clips; each key is a clip's file name."""
    path = output / CONVERSION_RECORDS
    unfinished = path.with_name(f".{path.name}.unfinished")
    lines = [json.dumps(asdict(records[clip]), ensure_ascii=False) + "\n" for clip in sorted(records)]
    unfinished.write_text("".join(lines), encoding="utf-8")
    unfinished.replace(path)
