"""Writes warnings about accepted clips, so that a person checks these clips."""

from collections import Counter
from collections.abc import Iterable
from typing import Protocol

from app.media.probe import FAR_FIRST_FRAME


class Clip(Protocol):
    """The facts about a clip from which warnings are derived.

    `ClipFacts` and database rows have these fields.
    """

    @property
    def width(self) -> int: ...
    @property
    def height(self) -> int: ...
    @property
    def frames(self) -> int: ...
    @property
    def fps(self) -> float: ...
    @property
    def constant_fps(self) -> bool: ...
    @property
    def has_audio(self) -> bool: ...
    @property
    def is_static(self) -> bool: ...
    @property
    def first_frame_distance(self) -> float | None: ...


def usual_format(clips: Iterable[Clip]) -> str:
    """Return the most frequent size, frame count and fps as a text; an empty text if there are no clips."""
    forms = Counter(_format(clip) for clip in clips)
    return forms.most_common(1)[0][0] if forms else ""


def clip_warnings(clip: Clip, usual: str) -> list[str]:
    """Return the warnings about a clip, one line for each warning.

    `usual` is the text that `usual_format` returns for all clips of the submission.
    """
    warnings = []
    if clip.is_static:
        warnings.append("every frame is the same; check that this is not the input image repeated")
    if clip.first_frame_distance is not None and clip.first_frame_distance > FAR_FIRST_FRAME:
        warnings.append("the first frame is far from the input image; check that the clip is of this pair")
    if _format(clip) != usual:
        warnings.append(f"{_format(clip)}; most clips of the submission have {usual}")
    if not clip.constant_fps:
        warnings.append("the frames have different durations")
    if clip.has_audio:
        warnings.append("the clip has a sound track; annotators do not hear it")
    return warnings


def _format(clip: Clip) -> str:
    return f"{clip.width}x{clip.height}, {clip.frames} frames at {clip.fps:g} fps"
