"""Makes renditions: the copies of clips that annotators watch, without any trace of the clip's origin.

`remux` copies the coded pictures and drops everything else in the file. All other kinds of renditions decode
both clips of a comparison, and encode both clips in the same format. The files are opened only in the sandbox
(`sandbox/transcode.py`).
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Protocol

from app.media.sandbox import Json, Sandbox, SandboxBroken, SandboxError, Work, WorkRefused
from app.media.store import DISK_FULL, StoreFull
from benchmark.protocol import RenditionRecipe

_MAX_FPS = 60.0
# Increase this number whenever a change of `sandbox/transcode.py` changes the written bytes, so that a
# comparison never shows an old rendition next to a new one.
_REVISION = 2


class RenditionFailed(Exception):
    """A rendition of a previously accepted clip could not be made."""


class HasForm(Protocol):
    """The interface of objects that have the facts of `ClipForm`."""

    @property
    def codec(self) -> str: ...
    @property
    def pixel_format(self) -> str: ...
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
    def is_remuxable(self) -> bool: ...


@dataclass(frozen=True)
class ClipForm:
    """The facts of a clip that decide its rendition's recipe (output format); see `ClipFacts`."""

    codec: str
    pixel_format: str
    width: int
    height: int
    frames: int
    fps: float
    constant_fps: bool
    has_audio: bool
    is_remuxable: bool


@dataclass(frozen=True)
class Recipe:
    """The format in which both clips of one comparison are prepared.

    If `kind` is `remux`, the fields describe both submitted clips. For kinds other than `remux`, the fields
    describe the renditions.
    """

    kind: RenditionRecipe
    width: int
    height: int
    fps: float
    frames: int

    @property
    def name(self) -> str:
        """The name that identifies the recipe of a rendition: at most 80 characters of [a-z0-9x._-]."""
        if self.kind is RenditionRecipe.REMUX:
            return f"remux-{_REVISION}"
        return f"{self.kind}-{_REVISION}-{self.width}x{self.height}-{self.fps:.3f}-{self.frames}"

    @property
    def duration_s(self) -> float:
        return self.frames / self.fps


def choose_recipe(reference: HasForm, other: HasForm, requested: RenditionRecipe) -> Recipe:
    """Return the recipe for both clips of a comparison. The order of the two clips does not matter.

    `requested` is the study's choice. `remux` becomes `normalised` if the clips differ in size, fps, length
    or codec. `remux` also becomes `normalised` if a clip has sound, has an uneven frame rate, or is not plain
    H.264. If two clips that differ in this way were remuxed, they would look or behave differently in the
    player.

    All kinds except `remux` use the smaller fps of the two clips (at most 60). The longer clip is cut to the
    length of the shorter one; `keep_longer` instead repeats the last frame of the shorter clip. Both
    renditions get the smaller width and the smaller height of the two clips. Each clip is scaled until it
    fills the size of the renditions, and is cropped at the centre. With `letterbox`, each clip is instead
    scaled to fit within this size, between black bars. `native` scales nothing: each clip is centred on a
    black canvas that has the larger width and the larger height of the two clips.
    """
    clips = (reference, other)
    if requested is RenditionRecipe.REMUX:
        if _alike(reference, other):
            return Recipe(requested, reference.width, reference.height, reference.fps, reference.frames)
        requested = RenditionRecipe.NORMALISED
    fps = min(_MAX_FPS, *(clip.fps for clip in clips))
    # Treat durations that differ by less than a hundredth of a frame as equal, because files contain rounded
    # times.
    frames = [int(clip.frames * fps / clip.fps + 0.01) for clip in clips]
    keeps_longer = requested is RenditionRecipe.KEEP_LONGER
    is_native = requested is RenditionRecipe.NATIVE
    side = max if is_native else min
    return Recipe(
        requested,
        width=_even(side(clip.width for clip in clips), up=is_native),
        height=_even(side(clip.height for clip in clips), up=is_native),
        fps=fps,
        frames=max(1, max(frames) if keeps_longer else min(frames)),
    )


def make_rendition(source_path: Path, recipe: Recipe, target_path: Path, *, sandbox: Sandbox) -> None:
    """Write the rendition of a clip. Several threads may call this function at once.

    A remux of the same source with the same library versions always has the same bytes; x264's output may
    vary.

    Args:
        source_path: the clip as submitted, accepted by `probe_clip`.
        recipe: the recipe of the comparison, from `choose_recipe`.
        target_path: the file to write; an existing file is overwritten. After an error, the file does not
            exist.
        sandbox: the sandbox that opens the files.

    Raises:
        RenditionFailed: the clip cannot be prepared with this recipe.
        StoreFull: the disk of `target_path` is full.
        SandboxBroken: the sandbox cannot be started; the clip is not the cause.
    """
    _run(Work.RENDITION, source_path, recipe, target_path, sandbox)


def make_wrong_clip(
    source_path: Path, recipe: Recipe, order: Sequence[int], target_path: Path, *, sandbox: Sandbox
) -> None:
    """For a gold question, write a clip that shows the frames of another clip in a different order.

    Args:
        order: the indexes of the frames to show, from 0. The list may contain an index several times.

    Raises:
        RenditionFailed, StoreFull, SandboxBroken: see `make_rendition`.
    """
    _run(Work.WRONG_CLIP, source_path, recipe, target_path, sandbox, order=list(order))


def _run(
    work: Work, source_path: Path, recipe: Recipe, target_path: Path, sandbox: Sandbox, **more: Json
) -> None:
    paths = {"source": str(source_path.absolute()), "target": str(target_path.absolute())}
    try:
        sandbox.run(work, {**paths, "recipe": asdict(recipe), **more})
    except SandboxError as error:
        target_path.unlink(missing_ok=True)
        if isinstance(error, SandboxBroken):
            raise
        if isinstance(error, WorkRefused) and error.code == DISK_FULL:
            raise StoreFull(str(error)) from error
        raise RenditionFailed(str(error)) from error


def _alike(a: HasForm, b: HasForm) -> bool:
    return _form(a) == _form(b) and all(
        clip.is_remuxable and clip.constant_fps and not clip.has_audio and clip.pixel_format == "yuv420p"
        for clip in (a, b)
    )


def _form(clip: HasForm) -> tuple[object, ...]:
    return clip.codec, clip.width, clip.height, clip.fps, clip.frames


def _even(side: int, *, up: bool) -> int:
    """Round a size to an even number, as 4:2:0 coding requires."""
    return side + side % 2 if up else max(2, side - side % 2)
