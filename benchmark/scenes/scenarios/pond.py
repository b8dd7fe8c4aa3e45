"""A pond from the side: three ducks, a frog on a lily pad, and a fish under the surface."""

import numpy as np

from benchmark.scenes.backdrops import band, rolling, scenery, sky
from benchmark.scenes.colours import darker, lighter
from benchmark.scenes.motions import Edge, Enter, Leave, Shift, Swing, Turn
from benchmark.scenes.outlines import curve, ellipse, polygon, stroke
from benchmark.scenes.scenes import Action, HardCase, Scenario
from benchmark.scenes.shapes import Part, Shape, gloss, mark, paint
from benchmark.scenes.styles import Style


def _duck(colour: str) -> tuple[Shape, ...]:
    """Return a duck that swims to the right."""
    return (
        paint("orange", polygon((0.098, -0.104), (0.140, -0.092), (0.098, -0.080)), relief=0.006),
        paint(
            colour,
            curve(
                (-0.115, -0.045),
                (-0.06, -0.028),
                (0.03, -0.040),
                (0.085, -0.012),
                (0.070, 0.032),
                (0.0, 0.048),
                (-0.075, 0.032),
            ),
            relief=0.04,
        ),
        paint(colour, curve((0.035, -0.01), (0.040, -0.075), (0.075, -0.075), (0.085, -0.01)), relief=0.02),
        paint(colour, ellipse(0.070, -0.098, 0.042, 0.038), relief=0.03),
        paint(
            darker(colour, 0.14),
            curve((-0.080, -0.022), (-0.01, -0.030), (0.035, -0.004), (-0.01, 0.018), (-0.065, 0.008)),
            relief=0.02,
        ),
        mark("black", ellipse(0.084, -0.106, 0.0065)),
        mark("white", ellipse(0.0862, -0.1085, 0.002)),
    )


def _frog() -> tuple[Shape, ...]:
    return (
        paint(
            "#4d9a3b",
            curve(
                (-0.062, 0.0), (-0.035, -0.045), (0.02, -0.062), (0.055, -0.03), (0.05, 0.004), (0.0, 0.010)
            ),
            relief=0.03,
        ),
        paint("#5dae45", ellipse(0.040, -0.052, 0.034, 0.026), relief=0.02),
        paint("#5dae45", ellipse(0.030, -0.078, 0.013), ellipse(0.056, -0.076, 0.012), relief=0.01),
        mark("#f6f0c8", ellipse(0.031, -0.079, 0.0075), ellipse(0.057, -0.077, 0.007)),
        mark("black", ellipse(0.033, -0.079, 0.004), ellipse(0.059, -0.077, 0.004)),
        mark("#2e5e26", stroke(0.003, (0.022, -0.044), (0.045, -0.037), (0.068, -0.045))),
        paint(
            "#3f8631",
            curve((-0.064, 0.004), (-0.05, -0.034), (-0.012, -0.020), (-0.016, 0.008)),
            relief=0.015,
        ),
        paint("#4d9a3b", curve((0.018, 0.010), (0.03, -0.022), (0.048, -0.012), (0.052, 0.012)), relief=0.01),
    )


def _fish() -> tuple[Shape, ...]:
    return (
        paint(
            "#d9731f", polygon((-0.07, 0.0), (-0.125, -0.042), (-0.112, 0.0), (-0.125, 0.042)), relief=0.01
        ),
        gloss(
            "orange",
            curve((-0.085, 0.0), (-0.02, -0.045), (0.06, -0.032), (0.09, 0.0), (0.06, 0.032), (-0.02, 0.045)),
            relief=0.04,
        ),
        paint("#d9731f", curve((-0.02, -0.040), (0.0, -0.070), (0.035, -0.036)), relief=0.008),
        mark("white", ellipse(0.058, -0.010, 0.010)),
        mark("black", ellipse(0.061, -0.010, 0.006)),
    )


def _reeds(rng: np.random.Generator, x: float) -> Part:
    shapes = []
    for _ in range(7):
        foot, lean, tall = x + rng.uniform(-0.07, 0.07), rng.uniform(-0.05, 0.05), rng.uniform(0.24, 0.38)
        shapes.append(
            paint(
                "#5f8a3c",
                stroke(
                    0.010,
                    (foot, 0.86),
                    (foot + lean * 0.3, 0.86 - tall * 0.5),
                    (foot + lean, 0.86 - tall),
                    taper=0.3,
                ),
                relief=0.004,
            )
        )
        if rng.uniform() < 0.55:
            top = (foot + lean * 0.8, 0.86 - tall * 0.86)
            shapes.append(paint("#6e4526", ellipse(top[0], top[1], 0.010, 0.034, lean * 150), relief=0.008))
    return scenery(f"reeds{x:.1f}", *shapes)


def _parts(rng: np.random.Generator, style: Style) -> list[Part]:
    def near(value: float, by: float = 0.018) -> float:
        return float(value + rng.uniform(-by, by))

    water = "#3d8f96"
    rings = [
        mark(
            lighter(water, float(rng.uniform(0.12, 0.3))),
            stroke(0.004, (x, y), (x + 0.04, y + 0.004), (x + 0.09, y)),
        )
        for x, y in zip(rng.uniform(-0.35, 1.3, 40), rng.uniform(0.56, 0.98, 40), strict=True)
    ]
    pad = (
        paint(
            "#3f7f45",
            curve(
                (-0.11, 0.0), (-0.05, -0.022), (0.06, -0.020), (0.11, 0.002), (0.05, 0.024), (-0.05, 0.024)
            ),
            relief=0.010,
        ),
        mark("#6fae62", stroke(0.003, (-0.09, 0.001), (0.0, 0.0), (0.09, 0.002))),
    )
    return [
        *sky(rng, style, "#8cc4e2", "#eef3da"),
        scenery("wood", rolling(rng, "#5d8a5a", 0.42, 0.06, "#7fa765")),
        scenery("bank", rolling(rng, "#7fae55", 0.51, 0.012)),
        scenery(
            "pond",
            paint(lighter(water, 0.22), band(0.54, 1.1), relief=0.006, foot=darker(water, 0.3)),
            *rings,
        ),
        _reeds(rng, 0.02),
        _reeds(rng, 0.98),
        Part("fish", _fish(), at=(near(0.33), near(0.93))),
        Part("white duck", _duck("white"), at=(near(0.24), near(0.62))),
        Part("yellow duck", _duck("yellow"), at=(near(0.55), near(0.66))),
        Part("brown duck", _duck("#9a6b43"), at=(near(0.40), near(0.79))),
        Part("pad", pad, at=(near(0.80), near(0.85)), scale=1.15),
        Part("frog", _frog(), at=(-0.01, -0.006), parent="pad"),
        Part(
            "swan",
            (
                paint("orange", polygon((0.135, -0.208), (0.180, -0.190), (0.135, -0.186)), relief=0.005),
                paint(
                    "#fbf8f0",
                    stroke(0.034, (0.07, 0.0), (0.115, -0.06), (0.075, -0.13), (0.115, -0.20)),
                    relief=0.015,
                ),
                paint("#fbf8f0", ellipse(0.122, -0.200, 0.028, 0.022), relief=0.02),
                paint(
                    "#f5f0e4",
                    curve(
                        (-0.16, -0.065),
                        (-0.06, -0.075),
                        (0.05, -0.05),
                        (0.12, 0.0),
                        (0.08, 0.045),
                        (-0.08, 0.045),
                    ),
                    relief=0.05,
                ),
                mark("black", ellipse(0.130, -0.204, 0.005)),
            ),
            at=(0.62, 0.60),
            entrant=True,
        ),
    ]


SCENARIO = Scenario(
    "pond",
    _parts,
    (
        Action(
            "brown_swims_right",
            "The brown duck swims to the right past the two others.",
            (Shift("brown duck", by=(0.34, 0.0), hop=0.006, hops=4),),
            HardCase.ONE_OF_SEVERAL,
        ),
        Action(
            "frog_jumps",
            "With one big leap the frog jumps off its lily pad towards the ducks.",
            (Shift("frog", by=(-0.28, 0.06), hop=0.24), Swing("frog", degrees=-22, cycles=1)),
            HardCase.STILL_BACKGROUND,
        ),
        Action(
            "white_dives",
            "The white duck tips forward and stretches its head under the water.",
            (Turn("white duck", degrees=72),),
            HardCase.ONE_OF_SEVERAL,
        ),
        Action(
            "fish_leaps",
            "The orange fish leaps out of the pond in a high arc.",
            (Shift("fish", by=(0.30, 0.0), hop=0.42), Swing("fish", degrees=-40, cycles=1)),
        ),
        Action(
            "swan_arrives",
            "A swan glides in from the left.",
            (Enter("swan", edge=Edge.LEFT),),
            HardCase.NEW_OBJECT,
        ),
        Action(
            "ducks_part",
            "The yellow duck paddles out of the picture on the right as the white duck drifts after it.",
            (Leave("yellow duck", edge=Edge.RIGHT), Shift("white duck", by=(0.3, 0.03))),
            HardCase.TWO_AT_ONCE,
        ),
    ),
)
