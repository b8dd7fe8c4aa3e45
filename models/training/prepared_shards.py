"""Writes and reads prepared shards: tar files in WebDataset's layout with the tensors of clips.

    prepared.json        the settings, the keys of the encoders, the number of clips and of shards
    clips-000012.tar     per clip a file KEY.safetensors with the tensors, and KEY.json with the label
    clips-000012.json    index: label, offset and size of each clip; broken clips with the reason

The index of a shard is written after the shard. A shard that has an index is therefore complete.
"""

import io
import json
import tarfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor

from models.motion.frames import Frames
from models.training.atomic_io import atomic_write_text
from models.training.clip_sources import ClipLabel
from models.training.encoded_clips import ClipTensors, clip_tensors
from models.training.errors import BadConfig

_AGAIN = "Run `ti2v prepare` again to write the shard."


@dataclass(frozen=True)
class ShardEntry:
    """A clip of a shard: its label, and the byte offsets and sizes of its tensors in the tar file."""

    label: ClipLabel
    offset: int
    size: int


@dataclass(frozen=True)
class ShardIndex:
    """The content of a shard.

    Attributes:
        size: size of the tar file in bytes.
        entries: the usable clips.
        broken: the reasons why clips were skipped; each key is a clip's name.
    """

    size: int
    entries: tuple[ShardEntry, ...]
    broken: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class ShardClip:
    """An `EncodedClip` in a prepared shard.

    Attributes:
        shard: the tar file.
        entry: the position of the clip in the tar file.
        heatmap: key of the heatmap m' of the loss.
        region: key of the heatmap m from optical flow.
    """

    shard: Path
    entry: ShardEntry
    heatmap: str
    region: str

    @property
    def label(self) -> ClipLabel:
        return self.entry.label

    def tensors(self) -> ClipTensors:
        """Read the tensors from the shard; see `EncodedClip`.

        Raises:
            BadConfig: the shard was damaged or removed after the start of the run.
        """
        stored = self._stored()
        return clip_tensors(
            stored | {"heatmap": stored[_map_name(self.heatmap)], "region": stored[_map_name(self.region)]}
        )

    def frames(self) -> Frames:
        """Return the frames of a held-out clip; see `EncodedClip`."""
        return np.asarray(self._stored()["frames"].numpy())

    def _stored(self) -> dict[str, Tensor]:
        try:
            with self.shard.open("rb") as file:
                file.seek(self.entry.offset)
                return load(file.read(self.entry.size))
        except (OSError, SafetensorError) as error:
            raise BadConfig(
                f"{self.shard}: the tensors of {self.label.name} cannot be read: {error}. Delete "
                f"{self.shard.with_suffix('.json').name}. {_AGAIN}"
            ) from error


def shard_path(folder: Path, number: int) -> Path:
    """Return the path of a shard's tar file."""
    return folder / f"clips-{number:06d}.tar"


def is_complete(folder: Path, number: int) -> bool:
    """Return whether a shard was written completely."""
    return shard_path(folder, number).with_suffix(".json").exists()


class ShardWriter:
    """Collects the clips of one shard in a temporary tar file; `finish` writes the index."""

    def __init__(self, tar: tarfile.TarFile, number: int) -> None:
        self._tar, self._number = tar, number
        self._entries: list[ShardEntry] = []
        self.broken: dict[str, str] = {}

    def add(self, label: ClipLabel, tensors: Mapping[str, Tensor], heatmaps: Mapping[str, Tensor]) -> None:
        """Add a clip.

        Args:
            label: the clip's label.
            tensors: latents, text, fps, and optionally image tokens and frames.
            heatmaps: the heatmaps by the keys of their settings.
        """
        key = f"{self._number:06d}-{len(self._entries):04d}"
        maps = {_map_name(name): heatmap for name, heatmap in heatmaps.items()}
        content = save({name: tensor.contiguous() for name, tensor in {**tensors, **maps}.items()})
        offset = self._write(f"{key}.safetensors", content)
        self._write(f"{key}.json", json.dumps(asdict(label), ensure_ascii=False).encode())
        self._entries.append(ShardEntry(label, offset, len(content)))

    def index(self, size: int) -> ShardIndex:
        """Return the index of the tar file, whose size is `size` bytes."""
        return ShardIndex(size, tuple(self._entries), self.broken)

    def _write(self, name: str, content: bytes) -> int:
        """Append a file and return the offset of its content."""
        info = tarfile.TarInfo(name)
        info.size = len(content)
        start = self._tar.offset + tarfile.BLOCKSIZE
        self._tar.addfile(info, io.BytesIO(content))
        return start


def write_index(folder: Path, number: int, index: ShardIndex) -> None:
    """Write the index of a shard.

    Raises:
        CannotWrite: the disk is full.
    """
    content = {
        "size": index.size,
        "clips": [asdict(each.label) | {"offset": each.offset, "size": each.size} for each in index.entries],
        "broken": dict(index.broken),
    }
    path = shard_path(folder, number).with_suffix(".json")
    atomic_write_text(path, json.dumps(content, ensure_ascii=False) + "\n")


def read_index(folder: Path, number: int) -> ShardIndex:
    """Read the index of a shard.

    Raises:
        BadConfig: the shard is missing or damaged, or its size differs from the size in its index.
    """
    shard = shard_path(folder, number)
    path = shard.with_suffix(".json")
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        entries = tuple(_entry(**each) for each in content["clips"])
        index = ShardIndex(int(content["size"]), entries, dict(content["broken"]))
        size = shard.stat().st_size
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BadConfig(
            f"{shard}: the shard or its index is missing or damaged: {error}. Delete {path.name}. {_AGAIN}"
        ) from error
    if size != index.size:
        raise BadConfig(
            f"{shard} has {size} bytes, but {index.size} were written. Delete {path.name}. {_AGAIN}"
        )
    return index


def _entry(*, offset: int, size: int, **label: Any) -> ShardEntry:
    return ShardEntry(ClipLabel(**label), offset, size)


def _map_name(key: str) -> str:
    return f"heatmap.{key}"
