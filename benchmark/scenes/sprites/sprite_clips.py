"""Renders sprite clips: training clips from a seed, and the held-out benchmark."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from benchmark.metrics.truth import Truth
from benchmark.scenes.sprites.layouts import (
    Layout,
    Sprite,
    enter_requests,
    move_requests,
    new_names,
    random_layout,
)
from benchmark.scenes.sprites.raster import background, coverage, paint
from benchmark.scenes.sprites.splits import CROWD, Split
from benchmark.scenes.sprites.sprite_requests import Request, RequestKind
from benchmark.scenes.sprites.sprite_settings import SpriteSettings

# The random seeds begin with these numbers, so that no training clip has the layout of a held-out clip.
_TRAINING, _HELD_OUT = 1, 2
_IMAGES_PER_SPLIT = 6
_PROMPTS_PER_IMAGE = 4
_ATTEMPTS = 200


@dataclass(frozen=True, eq=False)
class SpriteClip:
    """A clip with its prompt, exact flow and masks.

    Attributes:
        pair_id: unique name, usable as a file name.
        image_id: name of the first frame; pairs with the same image have the same image_id.
        prompt: the text that decides what happens.
        split: what is new in a held-out clip; None for a training clip.
        request: what the prompt asks for.
        frames: (frames, side, side, 3) uint8 RGB; the first frame is the input image.
        flow: (frames - 1, side, side, 2) float32, displacement (x, y) in pixels to the next frame.
        masks: (objects, frames, side, side) bool, the visible pixels of every object. An object that enters
            has the last index, and its mask is empty in the first frame.
        names: the names of the objects, such as "red circle", in the order of `masks`.
    """

    pair_id: str
    image_id: str
    prompt: str
    split: Split | None
    request: Request
    frames: NDArray[np.uint8]
    flow: NDArray[np.float32]
    masks: NDArray[np.bool_]
    names: tuple[str, ...]

    @property
    def truth(self) -> Truth:
        """The true clip, as the metrics of the suite `motion` expect it."""
        enters = self.request.kind is RequestKind.ENTERS
        return Truth(self.frames, self.flow, self.masks[self.request.asked], enters)

    @property
    def static_share(self) -> float:
        """The share of pixels that the object named in the prompt never covers."""
        return 1 - float(self.masks[self.request.asked].any(axis=0).mean())


def training_clip(seed: int, number: int, settings: SpriteSettings) -> SpriteClip:
    """Return a training clip. Each number (0, 1, 2 ...) gives a different clip; there is no upper limit."""
    rng = np.random.default_rng([_TRAINING, seed, number])
    while True:
        layout = random_layout(rng, settings, None)
        moves = move_requests(layout, settings, None)
        entries = list(enter_requests(layout, settings))
        if entries and (not moves or rng.random() < settings.enter_share):
            request, start = entries[int(rng.integers(len(entries)))]
            names = new_names(layout, None)
            sprite = Sprite(*names[int(rng.integers(len(names)))], start)
        elif moves:
            request = moves[int(rng.integers(len(moves)))]
            sprite = layout.sprites[request.asked]
        else:
            continue
        image = f"training{seed}-{number}"
        return render_clip(layout, sprite, request, settings, image_id=image, pair_id=image, split=None)


@lru_cache(maxsize=2)
def held_out_clips(settings: SpriteSettings = SpriteSettings()) -> tuple[SpriteClip, ...]:
    """Return the held-out benchmark: 24 images (six images per split) with 4 prompts each.

    The prompts of an image ask for different moves. The last prompt of an image lets a new object enter,
    except in the split `verb`.

    Raises:
        ValueError: the sprites are so large that an image with four objects leaves no room to move.
    """
    clips: list[SpriteClip] = []
    for place, split in enumerate(Split):
        for number in range(_IMAGES_PER_SPLIT):
            clips += _held_out_image(place * _IMAGES_PER_SPLIT + number, split, settings)
    return tuple(clips)


def enlarged(frames: NDArray[np.uint8], factor: int) -> NDArray[np.uint8]:
    """Enlarge frames, (..., height, width, 3): each pixel becomes a square of `factor` by `factor` pixels."""
    return frames.repeat(factor, axis=-3).repeat(factor, axis=-2)


def render_clip(
    layout: Layout,
    sprite: Sprite,
    request: Request,
    settings: SpriteSettings,
    *,
    image_id: str,
    pair_id: str,
    split: Split | None,
) -> SpriteClip:
    """Render a request.

    `sprite`, the object that moves or enters, is drawn on top of the other objects.
    """
    side, frames = settings.side, settings.frames
    steps = np.linspace(0, request.displacement, frames, dtype=np.float32)
    travel = steps[:, None] * np.asarray(request.direction.vector, np.float32)
    others = [each for index, each in enumerate(layout.sprites) if index != request.asked]
    canvas = np.repeat(background(layout.background, side)[None], frames, axis=0)
    covers = []
    for each in (*others, sprite):
        path = np.asarray(each.centre, np.float32) * side + (travel if each is sprite else 0 * travel)
        covers.append(coverage(each.shape, path, settings.sprite_side * side, side))
        canvas = paint(canvas, covers[-1], each.colour)
    masks = _visible(np.stack(covers))
    flow = masks[-1, :-1, ..., None] * (travel[1] - travel[0])
    order = [*range(len(others))]
    order.insert(request.asked, len(others))
    pixels = (canvas * 255).round().astype(np.uint8)
    drawn = (*others, sprite)
    return SpriteClip(
        pair_id,
        image_id,
        request.prompt(sprite.name),
        split,
        request,
        pixels,
        flow.astype(np.float32),
        masks[order],
        tuple(drawn[index].name for index in order),
    )


def _held_out_image(number: int, split: Split, settings: SpriteSettings) -> list[SpriteClip]:
    rng = np.random.default_rng([_HELD_OUT, number])
    wanted = _PROMPTS_PER_IMAGE - (split is not Split.VERB)
    for _ in range(_ATTEMPTS):
        layout = random_layout(rng, settings, split)
        moves = move_requests(layout, settings, split)
        entries = list(enter_requests(layout, settings))
        is_crowded = split is not Split.CROWD or len(layout.sprites) == CROWD
        several = len({move.asked for move in moves}) > 1 and len(moves) >= wanted
        if several and is_crowded and (entries or wanted == _PROMPTS_PER_IMAGE):
            break
    else:
        raise ValueError(
            f"with static_share {settings.static_share}, {CROWD} sprites leave no room to move; the held-out "
            "benchmark needs about 0.88 or more"
        )
    chosen = [moves[index] for index in sorted(rng.permutation(len(moves))[:wanted])]
    travelling = [(request, layout.sprites[request.asked]) for request in chosen]
    if wanted < _PROMPTS_PER_IMAGE:
        request, start = entries[int(rng.integers(len(entries)))]
        names = new_names(layout, split)
        travelling.append((request, Sprite(*names[int(rng.integers(len(names)))], start)))
    image = f"sprites{number:02d}"
    return [
        render_clip(
            layout,
            sprite,
            request,
            settings,
            image_id=image,
            pair_id=f"{image}_{request.slug}",
            split=split,
        )
        for request, sprite in travelling
    ]


def _visible(covers: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Return the visible pixels of each object, (objects, frames, side, side) bool.

    Later objects cover earlier objects.
    """
    inside = covers > 0.5
    hidden = np.flip(np.logical_or.accumulate(np.flip(inside, 0), axis=0), 0)
    above = np.concatenate([hidden[1:], np.zeros_like(hidden[:1])])
    return np.asarray(inside & ~above)
