"""Manages an output folder: manifests, and clips named `<pair>_<seed>.mp4` as in the official release.

A clip is written in three steps, so that a file with a clip's name is always complete and in the manifest:

1. Write the file under a temporary name.
2. Append the clip's provenance to the manifest.
3. Rename the file.

If a run is interrupted between steps 2 and 3, the manifest has a line for a clip that does not exist.
"""

import hashlib
import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from benchmark.tables.json_lines import parse_json_object
from models.generators.base import ClipRequest, GeneratedClip
from models.generators.encoding import clip_mp4
from models.shard import Shard

MANIFEST = "manifest.jsonl"


class ModelMismatch(ValueError):
    """The folder contains clips of another model."""


class OutputFolder:
    """The output folder of one model.

    Args:
        folder: path of the folder; `create` creates the folder.
        model: name of the model.
        shard: the part (shard) of the benchmark's pairs for which this process generates clips. Each shard
            has its own manifest, so several processes can share the folder.

    Raises:
        ModelMismatch: a manifest in the folder belongs to a different model.
    """

    def __init__(self, folder: Path, *, model: str, shard: Shard | None = None) -> None:
        self._folder = folder
        name = MANIFEST if shard is None else f"manifest-{shard.number}-of-{shard.count}.jsonl"
        self._manifest = folder / name
        others = {line["model"] for line in read_manifests(folder)} - {model}
        if others:
            raise ModelMismatch(
                f"{folder} contains clips of {', '.join(map(str, sorted(others, key=str)))}; "
                f"choose another folder for {model}."
            )
        _remove_partial_line(self._manifest)

    def create(self) -> None:
        """Create the folder if it does not exist.

        The constructor does not create the folder, so that no folder remains after a failed start.
        """
        self._folder.mkdir(parents=True, exist_ok=True)

    def path(self, pair_id: str, seed: int) -> Path:
        return self._folder / f"{pair_id}_{seed}.mp4"

    def missing(self, requests: Iterable[ClipRequest]) -> list[ClipRequest]:
        """Return the requests whose clips are not in the folder."""
        return [each for each in requests if not self.path(each.pair_id, each.seed).exists()]

    def save(self, clip: GeneratedClip, request: ClipRequest) -> None:
        """Encode a clip, and write the clip's file and manifest line.

        Raises:
            Crashed: the frames cannot be encoded.
        """
        content = clip_mp4(clip)
        path = self.path(clip.pair_id, clip.seed)
        temporary = path.with_name(f".{path.name}.unfinished-{os.getpid()}")
        try:
            _write_and_sync(temporary, content)
            self._append_to_manifest(path, content, clip, request)
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)

    def _append_to_manifest(
        self, path: Path, content: bytes, clip: GeneratedClip, request: ClipRequest
    ) -> None:
        line = {
            "clip": path.name,
            "sha256": hashlib.sha256(content).hexdigest(),
            "bytes": len(content),
            "pair": clip.pair_id,
            "prompt": request.prompt,
            **clip.provenance.as_json(),
        }
        with self._manifest.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line, ensure_ascii=False) + "\n")
            file.flush()
            os.fsync(file.fileno())


def read_manifests(folder: Path) -> Iterator[dict[str, object]]:
    """Yield the lines of all manifests in a folder.

    If several lines belong to one clip, only the last line is valid.

    Raises:
        ValueError: a complete line is not a valid line of a manifest.
    """
    for path in sorted(folder.glob("manifest*.jsonl")):
        # A worker that was killed leaves an incomplete last line without a line end.
        for number, line in enumerate(path.read_bytes().split(b"\n")[:-1], start=1):
            yield _read_line(line, f"{path}, line {number}")


def _read_line(line: bytes, location: str) -> dict[str, object]:
    try:
        entry = parse_json_object(line.decode())
        if "model" not in entry:
            raise ValueError("The key model is missing.")
    except ValueError as error:
        raise ValueError(f"{location}: not a manifest line. {error} Fix or remove the line.") from error
    return entry


def _write_and_sync(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _remove_partial_line(manifest: Path) -> None:
    """Remove the manifest's last line if this line was not written completely."""
    if manifest.exists():
        content = manifest.read_bytes()
        complete = content[: content.rfind(b"\n") + 1]
        if len(complete) < len(content):
            os.truncate(manifest, len(complete))
