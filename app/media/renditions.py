"""Makes what an annotator is served: a copy of a clip that says nothing about where it came from.

`remux` keeps every frame as it is and drops everything around them. `normalised` brings both clips of a
comparison to one size, rate, length and codec. The files are opened only in the sandbox (`transcoding.py`).
"""

from dataclasses import asdict, dataclass
from pathlib import Path

from app.media.probe import ClipFacts
from app.media.sandbox.client import Sandbox, SandboxBroken, SandboxError, Work, WorkRefused
from app.media.store.base import DISK_FULL, StoreFull
from benchmark.protocol import RenditionRecipe

_MAX_FPS = 60.0
# Raise it whenever `transcoding.py` would write other bytes, so that old and new renditions never meet.
_REVISION = 1


class RenditionFailed(Exception):
    """No rendition could be made of a clip that was accepted before."""


@dataclass(frozen=True)
class Recipe:
    """How both clips of one comparison are prepared.

    With `remux` the other fields say what both clips already are; with `normalised`, what they become.
    """

    kind: RenditionRecipe
    width: int
    height: int
    fps: float
    frames: int

    @property
    def name(self) -> str:
        """What makes two renditions of one clip the same: at most 80 characters of [a-z0-9x.-]."""
        if self.kind is RenditionRecipe.REMUX:
            return f"remux-{_REVISION}"
        return f"normalised-{_REVISION}-{self.width}x{self.height}-{self.fps:.3f}-{self.frames}"


def choose_recipe(reference: ClipFacts, other: ClipFacts, wish: RenditionRecipe) -> Recipe:
    """Return the recipe for both clips of a comparison; the order of the two does not matter.

    `wish` is what the study asks for. Where the clips differ in size, fps, length or codec, where one has
    sound or an uneven rate, or is not 8-bit 4:2:0 (which browsers may not play), both are normalised whatever
    the wish: otherwise the player itself would tell the two apart.

    Normalised clips get the smaller width and height (even), the smaller fps (at most 60) and the shorter
    length; the end is cut, so the first frame stays. Each clip is scaled until it covers the common box and
    cut at the centre. Letterbox bars would keep the edges, but name the wide model in every comparison; the
    models themselves cut their input from the centre of one image, so a centre cut shows both the same view.
    """
    clips = (reference, other)
    if wish is RenditionRecipe.REMUX and _alike(reference, other):
        return Recipe(wish, reference.width, reference.height, reference.fps, reference.frames)
    fps = min(_MAX_FPS, *(clip.fps for clip in clips))
    return Recipe(
        RenditionRecipe.NORMALISED,
        width=_even(min(clip.width for clip in clips)),
        height=_even(min(clip.height for clip in clips)),
        fps=fps,
        # A hundredth of a frame is rounding in the file's clock, not a missing frame.
        frames=max(1, min(int(clip.frames * fps / clip.fps + 0.01) for clip in clips)),
    )


def make_rendition(source_path: Path, recipe: Recipe, target_path: Path, *, sandbox: Sandbox) -> None:
    """Write the rendition of a clip; safe to call from several threads.

    The same source and library versions give the same bytes for a remux; x264 varies a little now and then.

    Args:
        source_path: the clip as submitted, accepted by `probe_clip`.
        recipe: of the comparison, from `choose_recipe`.
        target_path: where to write; overwritten. Nothing is left there on failure.
        sandbox: where the files are opened.

    Raises:
        RenditionFailed: the clip cannot be brought into this form.
        StoreFull: no space is left at `target_path`.
        SandboxBroken: the sandbox does not start; the clip is not to blame.
    """
    paths = {"source": str(source_path.absolute()), "target": str(target_path.absolute())}
    try:
        sandbox.run(Work.RENDITION, {**paths, "recipe": asdict(recipe)})
    except SandboxError as error:
        target_path.unlink(missing_ok=True)
        if isinstance(error, SandboxBroken):
            raise
        if isinstance(error, WorkRefused) and error.code == DISK_FULL:
            raise StoreFull(str(error)) from error
        raise RenditionFailed(str(error)) from error


def _alike(a: ClipFacts, b: ClipFacts) -> bool:
    return _outer_form(a) == _outer_form(b) and all(
        clip.constant_fps and not clip.has_audio and clip.pixel_format == "yuv420p" for clip in (a, b)
    )


def _outer_form(clip: ClipFacts) -> tuple[object, ...]:
    return clip.codec, clip.width, clip.height, clip.fps, clip.frames


def _even(side: int) -> int:
    return max(2, side - side % 2)
