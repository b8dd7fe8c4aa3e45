"""Reads training clips from a folder of videos with a table of captions, or renders them."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import cv2
import numpy as np

from benchmark.pairs import find_path
from benchmark.scenes import SCENARIOS, Action, Scenario, Scene, Style, render
from benchmark.tables import TableError, read_table
from benchmark.tables.cells import CellReader
from models.motion.flow import Flow
from models.motion.frames import BadClip, Frames, read_clip
from models.training.config_sections import DataSettings
from models.training.enums import DataSource
from models.training.errors import BadConfig, NoClips

CAPTION_COLUMNS = ("file", "caption", "held_out")
# This number is part of every cache key. Increase the number if `_read` changes and returns other frames.
_READER_VERSION = "reader-2"
# Number and side of the clips rendered to measure the share of pixels that an action moves.
_PROBES = 3
_PROBE_SIDE = 64
# A pixel counts as moving if its displacement between two frames exceeds this share of the side.
_MOVING_ABOVE = 0.005


@dataclass(frozen=True, eq=False)
class TrainingClip:
    """A decoded clip at the configured length and resolution.

    Attributes:
        frames: (frames, height, width, 3) uint8 RGB.
        flow: exact flow, (frames - 1, height, width, 2) float32 in pixels; None if the flow is unknown.
    """

    frames: Frames
    flow: Flow | None = None


@dataclass(frozen=True)
class ClipSource:
    """A training clip that is decoded or rendered when it is needed.

    Attributes:
        name: name of the clip in messages and logs.
        identity: text that identifies the clip's content and is part of every cache key.
        caption: text that describes the clip.
        held_out: whether the clip is used for validation instead of training.
        read: function that returns the decoded clip or raises BadClip.
    """

    name: str
    identity: str
    caption: str
    held_out: bool
    read: Callable[[], TrainingClip]


def clip_sources(data: DataSettings) -> list[ClipSource]:
    """Return all clips of a config, in a fixed order.

    Raises:
        BadConfig: the table of captions or a scenario does not exist.
        NoClips: there is no clip to train on.
    """
    found = list(_scene_clips(data) if data.source is DataSource.SCENES else _folder_clips(data))
    if not any(not source.held_out for source in found):
        raise NoClips("data: there is no clip to train on. Check the settings under [data].")
    return found


def _scene_clips(data: DataSettings) -> Iterator[ClipSource]:
    unknown = set(data.scenarios) - set(SCENARIOS)
    if unknown:
        raise BadConfig(
            f"data.scenarios: unknown scenario {', '.join(sorted(unknown))}; expected some of "
            f"{', '.join(SCENARIOS)}."
        )
    engine = _engine_fingerprint()
    for name in data.scenarios or SCENARIOS:
        scenario = SCENARIOS[name]
        actions = [action for action in scenario.actions if _is_wanted(scenario, action, data)]
        for number in range(data.images + data.held_out_images):
            style = list(Style)[number % len(Style)]
            scene = Scene(scenario, style, data.first_seed + number)
            for action in actions:
                if action.suits(style):
                    clip = f"{name}-{action.name}-{style}-{scene.seed}"
                    read = partial(_render, scene, action.name, data)
                    yield ClipSource(clip, f"{engine} {clip}", action.prompt, number >= data.images, read)


def _is_wanted(scenario: Scenario, action: Action, data: DataSettings) -> bool:
    if data.rigid_only and not action.is_rigid:
        return False
    if data.least_moving_share == 0:
        return True
    shares = []
    for seed in range(_PROBES):
        scene = Scene(scenario, Style.FLAT, seed)
        flow = render(scene, action.name, frames=data.frames, size=_PROBE_SIDE).flow
        shares.append((np.hypot(flow[..., 0], flow[..., 1]) > _MOVING_ABOVE * _PROBE_SIDE).mean())
    return float(np.mean(shares)) >= data.least_moving_share


def _render(scene: Scene, action: str, data: DataSettings) -> TrainingClip:
    rendering = render(scene, action, frames=data.frames, size=(data.height, data.width))
    return TrainingClip(rendering.frames, rendering.flow)


def _engine_fingerprint() -> str:
    """Return a hash of the scene engine's source code, because a code change can change every clip."""
    import benchmark.scenes

    folder = Path(benchmark.scenes.__file__).parent
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _folder_clips(data: DataSettings) -> Iterator[ClipSource]:
    folder = Path(data.folder)
    for row in _captions(folder / data.captions):
        path = find_path(folder / row["file"])
        content = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else f"missing {path.name}"
        held_out = _is_held_out(row.get("held_out", ""), content, data.held_out_share)
        identity = f"{content} {_READER_VERSION}"
        yield ClipSource(row["file"], identity, row["caption"], held_out, partial(_read, path, data))


def _captions(path: Path) -> list[dict[str, str]]:
    """Return the columns file, caption and held_out ("0", "1" or empty) of each row of a captions table.

    A line break in a caption becomes a space.

    Raises:
        BadConfig: the table cannot be read; the message names lines and columns.
    """
    try:
        table = read_table(path, CAPTION_COLUMNS)
        table.require(CAPTION_COLUMNS[:2])
        cells = CellReader(table)
        files = cells.names("file", required=True)
        captions = cells.texts("caption", required=True)
        held_out = cells.optional_flags("held_out")
        cells.problems.raise_if_any()
    except TableError as error:
        raise BadConfig(f"data.captions: {error}") from error
    except OSError as error:
        raise BadConfig(f"data.captions: {path} cannot be read: {error.strerror}.") from error
    return [
        {"file": files.at(row), "caption": caption, "held_out": "" if flag is None else str(int(flag))}
        for row, (caption, flag) in enumerate(zip(captions, held_out, strict=True))
    ]


def _is_held_out(value: str, content: str, share: float) -> bool:
    if value:
        return value == "1"
    # The choice depends on the clip's content only, so adding clips does not change it for other clips.
    return int(hashlib.sha256(content.encode()).hexdigest()[:8], 16) < share * 2**32


def _read(path: Path, data: DataSettings) -> TrainingClip:
    """Decode the first frames at the configured frame rate, then resize the frames and crop the centre."""
    if not path.is_file():
        raise BadClip(f"{path.name}: there is no such file.")
    frames = read_clip(path, fps=data.fps, frames=data.frames).frames
    if len(frames) < data.frames:
        raise BadClip(
            f"{path.name}: {len(frames)} frames at {data.fps} frames per second; expected {data.frames}."
        )
    return TrainingClip(np.stack([_resize_and_crop(frame, data.height, data.width) for frame in frames]))


def _resize_and_crop(frame: Frames, height: int, width: int) -> Frames:
    """Resize (rows, columns, 3) uint8 to cover the target size and crop its centre."""
    rows, columns = frame.shape[:2]
    scale = max(height / rows, width / columns)
    size = (max(width, round(columns * scale)), max(height, round(rows * scale)))
    large = cv2.resize(frame, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC)
    top, left = (large.shape[0] - height) // 2, (large.shape[1] - width) // 2
    return np.asarray(large[top : top + height, left : left + width], dtype=np.uint8)
