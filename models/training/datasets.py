"""Where clips to train on come from: a folder with a table of captions, or the scene engine."""

import csv
import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import cv2
import numpy as np

from benchmark.scenes import SCENARIOS, Action, Scenario, Scene, Style, render
from models.motion.flow import Flow
from models.motion.frames import BadClip, Frames, read_clip
from models.training.config import DataSettings
from models.training.enums import DataSource
from models.training.errors import BadConfig, NoClips

# Of an action, this many clips are drawn to see how much of the picture it moves.
_PROBES = 3
_PROBE_SIDE = 64
# A point that moves this share of the side between two frames counts as moving.
_MOVES = 0.005


@dataclass(frozen=True, eq=False)
class TrainingClip:
    """A clip as the network will see it.

    Attributes:
        frames: (frames, height, width, 3) uint8 RGB at the configured size.
        flow: exact flow, where it is known.
    """

    frames: Frames
    flow: Flow | None = None


@dataclass(frozen=True)
class Source:
    """A clip before it is read.

    Attributes:
        name: for people and logs.
        identity: what its content depends on; part of every cache key.
        caption: the text.
        held_out: kept for validation.
        read: loads it; raises BadClip.
    """

    name: str
    identity: str
    caption: str
    held_out: bool
    read: Callable[[], TrainingClip]


def sources(data: DataSettings) -> list[Source]:
    """Return all clips of a config, in a fixed order.

    Raises:
        BadConfig: the folder, its captions or a scenario is not there.
        NoClips: there is not one clip to train on.
    """
    found = list(_scene_clips(data) if data.source is DataSource.SCENES else _folder_clips(data))
    if not any(not source.held_out for source in found):
        raise NoClips("data: there is no clip to train on; look at the settings under [data].")
    return found


def _scene_clips(data: DataSettings) -> Iterator[Source]:
    unknown = set(data.scenarios) - set(SCENARIOS)
    if unknown:
        raise BadConfig(
            f"data.scenarios: no scenario {', '.join(sorted(unknown))}; there are {', '.join(SCENARIOS)}."
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
                    named = f"{name}-{action.name}-{style}-{scene.seed}"
                    read = partial(_draw, scene, action.name, data)
                    yield Source(named, f"{engine} {named}", action.prompt, number >= data.images, read)


def _is_wanted(scenario: Scenario, action: Action, data: DataSettings) -> bool:
    if data.rigid_only and not action.is_rigid:
        return False
    if data.least_moving_share == 0:
        return True
    shares = []
    for seed in range(_PROBES):
        scene = Scene(scenario, Style.FLAT, seed)
        flow = render(scene, action.name, frames=data.frames, size=_PROBE_SIDE).flow
        shares.append((np.hypot(flow[..., 0], flow[..., 1]) > _MOVES * _PROBE_SIDE).mean())
    return float(np.mean(shares)) >= data.least_moving_share


def _draw(scene: Scene, action: str, data: DataSettings) -> TrainingClip:
    rendering = render(scene, action, frames=data.frames, size=(data.height, data.width))
    return TrainingClip(rendering.frames, rendering.flow)


def _engine_fingerprint() -> str:
    """Return a hash of the scene engine's code: drawn otherwise, the same seed is another clip."""
    import benchmark.scenes

    folder = Path(benchmark.scenes.__file__).parent
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _folder_clips(data: DataSettings) -> Iterator[Source]:
    folder = Path(data.folder)
    for row in _captions(folder / data.captions):
        path = folder / row["file"]
        identity = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else f"missing {path.name}"
        held_out = _is_held_out(row.get("held_out", ""), identity, data.held_out_share)
        yield Source(row["file"], identity, row["caption"], held_out, partial(_read, path, data))


def _captions(path: Path) -> list[dict[str, str]]:
    """Return the rows of a CSV or JSONL table of captions, as text."""
    try:
        text = path.read_text(encoding="utf-8-sig")
        if path.suffix == ".jsonl":
            rows = [json.loads(line) for line in text.splitlines() if line.strip()]
        else:
            rows = list(csv.DictReader(text.splitlines()))
    except (OSError, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise BadConfig(f"data.captions: {path} cannot be read as CSV or JSONL: {error}.") from error
    for number, row in enumerate(rows, start=1):
        if not isinstance(row, dict) or not row.get("file") or row.get("caption") is None:
            raise BadConfig(f"data.captions: row {number} of {path} needs `file` and `caption`.")
    return [{key: str(value) for key, value in row.items()} for row in rows]


def _is_held_out(said: str, identity: str, share: float) -> bool:
    if said.strip():
        return said.strip().lower() in {"1", "true", "yes"}
    # By content, so that adding clips moves none from one side to the other.
    return int(hashlib.sha256(identity.encode()).hexdigest()[:8], 16) < share * 2**32


def _read(path: Path, data: DataSettings) -> TrainingClip:
    """Read a file and cut it: its first frames at the wanted rate, the largest centred piece, resized."""
    if not path.is_file():
        raise BadClip(f"{path.name}: there is no such file.")
    frames = read_clip(path, fps=data.fps, frames=data.frames).frames
    if len(frames) < data.frames:
        raise BadClip(
            f"{path.name}: {len(frames)} frames at {data.fps} a second; {data.frames} were expected."
        )
    return TrainingClip(np.stack([_fitted(frame, data.height, data.width) for frame in frames]))


def _fitted(frame: Frames, height: int, width: int) -> Frames:
    rows, columns = frame.shape[:2]
    scale = max(height / rows, width / columns)
    size = (max(width, round(columns * scale)), max(height, round(rows * scale)))
    large = cv2.resize(frame, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC)
    top, left = (large.shape[0] - height) // 2, (large.shape[1] - width) // 2
    return np.asarray(large[top : top + height, left : left + width], dtype=np.uint8)
