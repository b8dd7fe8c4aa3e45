"""Backgrounds (skies, hills, water, rooms) across the whole width of the stage."""

import numpy as np

from benchmark.scenes.colours import darker, lighter, mixed
from benchmark.scenes.outlines import Outline, box, curve, ellipse, polygon, star
from benchmark.scenes.shapes import Finish, Part, Shape, halo, luminous, mark, paint
from benchmark.scenes.styles import Style

_LEFT, _RIGHT = -0.42, 1.42


def scenery(name: str, *shapes: Shape) -> Part:
    """Return a scene part that consists of these shapes, belongs to the background and never moves."""
    return Part(name, shapes, scenery=True)


def band(top: float, bottom: float) -> Outline:
    """Return a horizontal strip between `top` and `bottom` across the whole stage."""
    return polygon([(_LEFT, top), (_RIGHT, top), (_RIGHT, bottom), (_LEFT, bottom)])


def wash(colour: str, foot: str, top: float = -0.1, bottom: float = 1.1) -> Shape:
    """Return a surface whose colour changes from top to bottom between two colours."""
    return paint(colour, band(top, bottom), relief=0, foot=foot)


def rolling(
    rng: np.random.Generator, colour: str, height: float, swell: float = 0.05, foot: str | None = None
) -> Shape:
    """Return a line of hills across the stage, about `height` from the top, with an amplitude of `swell`."""
    xs = np.linspace(_LEFT - 0.1, _RIGHT + 0.1, 8)
    ridge = [(float(x), float(height + rng.uniform(-swell, swell))) for x in xs]
    outline = curve([*ridge, (_RIGHT + 0.2, 1.3), (_LEFT - 0.2, 1.3)])
    return paint(colour, outline, relief=0.03, foot=foot or darker(colour, 0.18))


def cloud_shape(rng: np.random.Generator, x: float, y: float, size: float, colour: str = "#ffffff") -> Shape:
    """Return a cloud of five to seven puffs as one outline."""
    puffs = int(rng.integers(5, 8))
    centres = x + size * np.linspace(-0.8, 0.8, puffs)
    radii = size * (
        0.20 + 0.24 * np.sin(np.pi * (np.arange(puffs) + 0.5) / puffs) * rng.uniform(0.7, 1.2, puffs)
    )
    across = np.linspace(centres[0] - radii[0], centres[-1] + radii[-1], 160)
    under_root = radii[:, None] ** 2 - (across - centres[:, None]) ** 2
    crest = np.sqrt(np.clip(under_root, 0, None)).max(axis=0)
    top = np.stack([across, y - crest], axis=1)
    belly = np.stack([across, y + 0.22 * crest], axis=1)[::-1]
    outline = np.concatenate([top, belly])
    return paint(colour, outline, relief=size * 0.30, opacity=0.92)


def sky(
    rng: np.random.Generator, style: Style, top: str = "#6fb1e0", foot: str = "#dff0f5", clouds: int = 3
) -> list[Part]:
    """Return a daytime sky with clouds; in the night style, a dark sky with stars and a moon glow."""
    if style is Style.NIGHT:
        return night_sky(rng)
    parts = [scenery("sky", wash(top, foot, bottom=1.1))]
    for i in range(clouds):
        x, y = rng.uniform(-0.25, 1.25), rng.uniform(0.06, 0.28)
        shape = cloud_shape(rng, x, y, rng.uniform(0.07, 0.15), lighter(foot, 0.7))
        parts.append(scenery(f"cloud{i}", shape))
    return parts


def night_sky(rng: np.random.Generator) -> list[Part]:
    """Return a night sky of many stars."""
    dark = paint("#16224a", band(-0.1, 1.1), relief=0.001, foot="#5d6aa8", finish=Finish.LUMINOUS)
    stars = []
    for _ in range(70):
        x, y, r = rng.uniform(-0.3, 1.3), rng.uniform(0, 0.6), rng.uniform(0.0012, 0.0032)
        stars.append(luminous(mixed("#c6d4ff", "#fff3cf", float(rng.uniform())), ellipse(x, y, r)))
    for _ in range(4):
        x, y = rng.uniform(-0.2, 1.2), rng.uniform(0.03, 0.4)
        stars.append(halo("#8fa3d8", ellipse(x, y, 0.018)))
        stars.append(luminous("#fff6dd", star(x, y, 0.008, 4, 0.3)))
    return [scenery("sky", dark), scenery("stars", *stars)]


def tufts(rng: np.random.Generator, colour: str, top: float, count: int = 26) -> Part:
    """Return scattered tufts of grass below `top`."""
    shapes = []
    for _ in range(count):
        x, y = rng.uniform(-0.3, 1.3), rng.uniform(top, 0.99)
        s = 0.010 + 0.022 * (y - top)
        tone = mixed(colour, "#f7f3a1", float(rng.uniform(0, 0.3)))
        blades = [
            polygon(
                [
                    (x + dx * s - s * 0.16, y),
                    (x + dx * s * 1.9, y - s * (1.6 - abs(dx) * 0.5)),
                    (x + dx * s + s * 0.16, y),
                ],
            )
            for dx in (-0.7, 0.0, 0.7)
        ]
        shapes += [paint(tone, blade, relief=0.002) for blade in blades]
    return scenery(f"tufts{top:.2f}", *shapes)


def floor_boards(colour: str, top: float, boards: int = 5) -> list[Shape]:
    """Return horizontal wooden floor boards; nearer boards are wider."""
    edges = top + (1.02 - top) * (np.linspace(0, 1, boards + 1) ** 1.5)
    tones = [colour, darker(colour, 0.06), lighter(colour, 0.06)]
    return [
        paint(tones[i % 3], band(float(edges[i]), float(edges[i + 1]) + 0.004), relief=0.004)
        for i in range(boards)
    ]


def wall(rng: np.random.Generator, colour: str, style: Style) -> list[Part]:
    """Return a wall with a faint pattern, lit from the upper left."""
    spots = [
        mark(mixed(colour, "#ffffff", 0.16), ellipse(x + (0.05 if row % 2 else 0.0), y, 0.010))
        for row, y in enumerate(np.arange(0.04, 0.9, 0.095))
        for x in np.arange(-0.3, 1.35, 0.10)
    ]
    dim = 0.35 if style is Style.NIGHT else 0.13
    parts = [scenery("wall", wash(lighter(colour, 0.08), darker(colour, dim)), *spots)]
    if style is not Style.NIGHT:
        parts.append(
            scenery("wall light", halo("#3a3222", ellipse(float(rng.uniform(0.1, 0.3)), 0.12, 0.7, 0.55)))
        )
    return parts


def window_frame(x: float, y: float, width: float, height: float, view: str, foot: str) -> list[Shape]:
    """Return a window with four panes, and the view through the window."""
    return [
        paint("#efe6d4", box(x, y, width + 0.04, height + 0.04, 0.008), relief=0.008),
        paint(view, box(x, y, width, height), relief=0.002, foot=foot, finish=Finish.LUMINOUS),
        paint("#efe6d4", box(x, y, 0.014, height), relief=0.005),
        paint("#efe6d4", box(x, y, width, 0.014), relief=0.005),
        paint("#e2d6bf", box(x, y + height / 2 + 0.024, width + 0.09, 0.022, 0.006), relief=0.006),
    ]
