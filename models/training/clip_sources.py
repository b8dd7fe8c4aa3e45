"""Training clips that are decoded or rendered when they are needed."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import partial

from models.motion.flow import Flow
from models.motion.frames import BadClip, Frames
from models.motion.segments import Masks


@dataclass(frozen=True, eq=False)
class TrainingClip:
    """A decoded clip at the configured length and resolution.

    Attributes:
        frames: (frames, height, width, 3) uint8 RGB.
        fps: frame rate of `frames`, in frames per second.
        flow: exact flow, (frames - 1, height, width, 2) float32 in pixels; None if the flow is unknown.
        masks: true masks of the objects in the first frame, (objects, height, width) bool; None if the masks
            are unknown.
    """

    frames: Frames
    fps: Fraction
    flow: Flow | None = None
    masks: Masks | None = None


@dataclass(frozen=True)
class ClipLabel:
    """The properties of a clip that are known before the clip is decoded.

    Attributes:
        name: name of the clip in messages and logs. If a clip has several windows, the name has a suffix.
        identity: text that identifies the clip's content and is part of every cache key.
        caption: text that describes the clip.
        held_out: whether the clip is used for validation instead of training.
    """

    name: str
    identity: str
    caption: str
    held_out: bool


@dataclass(frozen=True)
class ClipSource:
    """A training clip that is decoded or rendered when it is needed.

    Attributes:
        label: the clip's name, identity and caption.
        read: function that returns the decoded clip or raises BadClip.
    """

    label: ClipLabel
    read: Callable[[], TrainingClip]


def broken_clip(name: str, reason: str) -> ClipSource:
    """Return a placeholder for a clip that cannot be read; `reason` is a sentence."""
    return ClipSource(ClipLabel(name, f"broken {name}", "", False), partial(_refuse, reason))


def _refuse(reason: str) -> TrainingClip:
    raise BadClip(reason)


def share_of(text: str) -> float:
    """Return a number in [0, 1) that depends only on a text.

    The numbers of different texts are uniformly distributed.
    """
    return int(hashlib.sha256(text.encode()).hexdigest()[:12], 16) / 16**12


def is_held_out(name: str, share: float) -> bool:
    """Return whether a clip is held out.

    The choice depends only on the name of the clip. New clips therefore do not change the choice for other
    clips.
    """
    return share_of(name) < share
