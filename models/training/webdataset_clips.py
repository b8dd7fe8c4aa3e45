"""Reads training clips from WebDataset shards: tar files with a video and a caption for each key."""

import tarfile
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath

from benchmark.pairs import is_hidden_file
from benchmark.tables.cells import text_cell
from benchmark.tables.encoding import decode_text
from benchmark.tables.json_lines import parse_json_object
from benchmark.video.read import FrameWindow
from models.motion.frames import BadClip
from models.training.clip_sources import ClipLabel, ClipSource, TrainingClip, broken_clip, is_held_out
from models.training.data_settings import DataSettings
from models.training.errors import BadConfig
from models.training.video_windows import clip_windows, file_content, read_window

_VIDEO_TYPES = ("mp4", "mov", "mkv", "webm", "avi")
_CAPTION_TYPES = ("txt", "json")


@dataclass(frozen=True)
class Member:
    """The bytes of a file inside a tar file."""

    shard: Path
    offset: int
    size: int

    def read(self) -> bytes:
        """Return the bytes.

        Raises:
            OSError: the tar file cannot be read.
        """
        with self.shard.open("rb") as file:
            file.seek(self.offset)
            return file.read(self.size)


def webdataset_clips(data: DataSettings) -> Iterator[ClipSource]:
    """Yield the windows of all clips in the tar files of a folder, in the order of the names.

    If a tar file is damaged, the function yields its undamaged clips, and one broken clip that states the
    damage. A sample without a video or without a caption also becomes a broken clip.

    Raises:
        BadConfig: the folder has no tar files.
    """
    shards = sorted(path for path in Path(data.folder).glob("*.tar") if not is_hidden_file(path.name))
    if not shards:
        raise BadConfig(f"data.folder: {data.folder} has no tar files.")
    for shard in shards:
        content = file_content(shard, data.identity)
        try:
            for key, members in _samples(shard):
                yield from _windows(f"{shard.name}/{key}", content, members, data)
        except tarfile.TarError as error:
            yield broken_clip(shard.name, f"{shard.name} is damaged, cut or compressed: {error}.")


def _samples(shard: Path) -> Iterator[tuple[str, Mapping[str, Member]]]:
    """Yield each key of a tar file, and the key's files by type.

    Raises tarfile.TarError after the last key if the file is damaged.
    """
    key = ""
    members: dict[str, Member] = {}
    damage: tarfile.TarError | None = None
    try:
        for info in _files(shard):
            path = PurePosixPath(info.name)
            stem, _, kind = path.name.partition(".")
            if not stem:  # a hidden file, such as those that macOS adds
                continue
            name = str(path.with_name(stem))
            if members and name != key:
                yield key, members
                members = {}
            key = name
            members[kind.lower()] = Member(shard, info.offset_data, info.size)
    except tarfile.TarError as error:
        damage = error
    if members:
        yield key, members
    if damage is not None:
        raise damage


def _files(shard: Path) -> Iterator[tarfile.TarInfo]:
    length = shard.stat().st_size
    with tarfile.open(shard, "r:") as tar:  # positions in a compressed file would be useless
        for info in tar:
            if info.offset_data + info.size > length:
                raise tarfile.ReadError(f"the file ends inside {info.name}")
            if info.isfile():
                yield info


def _windows(
    name: str, content: str, members: Mapping[str, Member], data: DataSettings
) -> Iterator[ClipSource]:
    video = next((kind for kind in _VIDEO_TYPES if kind in members), None)
    if video is None:
        yield broken_clip(name, f"{name} has no video; expected one of {', '.join(_VIDEO_TYPES)}.")
        return
    try:
        caption = _caption(members)
    except ValueError as error:
        yield broken_clip(name, f"{name}: {error}")
        return
    label = ClipLabel(name, f"{content} {name}", caption, is_held_out(name, data.held_out_share))
    yield from clip_windows(
        label, data, partial(_read, members[video], f"{PurePosixPath(name).name}.{video}", data)
    )


def _caption(members: Mapping[str, Member]) -> str:
    """Return the caption of a sample. Raises ValueError if there is no valid caption."""
    kind = next((kind for kind in _CAPTION_TYPES if kind in members), None)
    if kind is None:
        raise ValueError(f"there is no caption; expected one of {', '.join(_CAPTION_TYPES)}.")
    try:
        text = decode_text(members[kind].read(), f"the file .{kind}")
        caption = text_cell(parse_json_object(text)["caption"] if kind == "json" else text)
    except KeyError as error:
        raise ValueError(f"the caption in .{kind} cannot be read: there is no key {error}.") from error
    except ValueError as error:
        raise ValueError(f"the caption in .{kind} cannot be read: {error}") from error
    if not caption:
        raise ValueError(f"the caption in .{kind} is empty.")
    return caption


def _read(member: Member, name: str, data: DataSettings, window: FrameWindow) -> TrainingClip:
    # Write the video to a temporary file, because the decoder must be able to seek.
    with tempfile.TemporaryDirectory(prefix="ti2v-clip-") as folder:
        file = Path(folder) / f"clip{PurePosixPath(name).suffix}"  # `name` can be too long for a file
        file.write_bytes(member.read())
        try:
            return read_window(file, data, window)
        except BadClip as error:
            raise BadClip(f"{name}: {str(error).removeprefix(f'{file.name}: ')}") from error
