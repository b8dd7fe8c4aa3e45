"""A folder of clips named as the authors name theirs, with a manifest that says how each was made.

A clip is written under another name, noted in the manifest, and only then renamed: a file with a clip's name
is whole and has its line. A line without its file is what a run left that was stopped in between.
"""

import hashlib
import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from models.generators.base import ClipRequest, GeneratedClip
from models.generators.encoding import clip_mp4
from models.generators.pair_selection import Shard

MANIFEST = "manifest.jsonl"


class OtherModelsFolder(ValueError):
    """The folder holds clips of another model."""


class OutputFolder:
    """Where the clips of one model go.

    Args:
        shard: this process's part; it writes a manifest of its own, so that several may share the folder.

    Raises:
        OtherModelsFolder: a manifest in it is of another model.
    """

    def __init__(self, folder: Path, *, model: str, shard: Shard | None = None) -> None:
        self._folder = folder
        name = MANIFEST if shard is None else f"manifest-{shard.number}-of-{shard.count}.jsonl"
        self._manifest = folder / name
        others = {line["model"] for line in read_manifests(folder)} - {model}
        if others:
            raise OtherModelsFolder(
                f"{folder} holds clips of {', '.join(map(str, sorted(others, key=str)))}; "
                f"choose another folder for {model}."
            )
        _cut_torn_line(self._manifest)

    def make(self) -> None:
        """Make the folder where it is not there yet; whoever only looks leaves none behind."""
        self._folder.mkdir(parents=True, exist_ok=True)

    def path(self, pair_id: str, seed: int) -> Path:
        return self._folder / f"{pair_id}_{seed}.mp4"

    def missing(self, requests: Iterable[ClipRequest]) -> list[ClipRequest]:
        """Return the requests without a clip here."""
        return [each for each in requests if not self.path(each.pair_id, each.seed).exists()]

    def keep(self, clip: GeneratedClip, request: ClipRequest) -> None:
        """Encode a clip and put it in its place.

        Raises:
            Crashed: its frames are no clip.
        """
        content = clip_mp4(clip)
        place = self.path(clip.pair_id, clip.seed)
        unfinished = place.with_name(f".{place.name}.unfinished-{os.getpid()}")
        try:
            _write_through(unfinished, content)
            self._note(place, content, clip, request)
            unfinished.replace(place)
        finally:
            unfinished.unlink(missing_ok=True)

    def _note(self, place: Path, content: bytes, clip: GeneratedClip, request: ClipRequest) -> None:
        line = {
            "clip": place.name,
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
    """Yield the lines of all manifests of a folder; where two are about one clip, the later one counts.

    Raises:
        ValueError: a line that was written to its end is none of a manifest.
    """
    for path in sorted(folder.glob("manifest*.jsonl")):
        text = path.read_text(encoding="utf-8", errors="replace")
        for number, line in enumerate(text.split("\n")[:-1], start=1):
            yield _read_line(line, f"{path}, line {number}")


def _read_line(line: str, place: str) -> dict[str, object]:
    try:
        entry = json.loads(line)
    except json.JSONDecodeError:
        entry = None
    if not isinstance(entry, dict) or "model" not in entry:
        raise ValueError(f"{place}: it does not say how a clip was made; mend or remove the line.")
    return entry


def _write_through(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _cut_torn_line(manifest: Path) -> None:
    """Remove a last line that was not written to its end."""
    if manifest.exists():
        content = manifest.read_bytes()
        whole = content[: content.rfind(b"\n") + 1]
        if len(whole) < len(content):
            os.truncate(manifest, len(whole))
