"""What is odd about clips that belong together: nothing that is refused, all that one should look at."""

from collections import Counter
from collections.abc import Iterable
from typing import Protocol

from app.media.probe import FAR_FIRST_FRAME


class Clip(Protocol):
    """What is known of a clip: `ClipFacts`, or a row that keeps them."""

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


def usual_form(clips: Iterable[Clip]) -> str:
    """Return size, frames and fps of most clips, in words; empty without clips."""
    forms = Counter(_form(clip) for clip in clips)
    return forms.most_common(1)[0][0] if forms else ""


def oddities(clip: Clip, usual: str) -> list[str]:
    """Return a line for each thing one should look at; `usual` is the `usual_form` of its neighbours."""
    notes = []
    if clip.is_static:
        notes.append("every frame is the same; is this the input image repeated?")
    if clip.first_frame_distance is not None and clip.first_frame_distance > FAR_FIRST_FRAME:
        notes.append("the first frame is far from the input image; is it the clip of another pair?")
    if _form(clip) != usual:
        notes.append(f"{_form(clip)}, where most clips are {usual}")
    if not clip.constant_fps:
        notes.append("its frames are not equally long")
    if clip.has_audio:
        notes.append("has a sound track; annotators will not hear it")
    return notes


def _form(clip: Clip) -> str:
    return f"{clip.width}x{clip.height}, {clip.frames} frames at {clip.fps:g} fps"
