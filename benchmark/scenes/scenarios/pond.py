"""A pond from the side: three ducks, a frog on a lily pad, and a fish under the surface."""

import numpy as np

from benchmark.scenes.backdrops import band, rolling, scenery, sky
from benchmark.scenes.colours import darker, lighter
from benchmark.scenes.layout import near
from benchmark.scenes.motions import Enter, Leave, Shift, Swing, Turn
from benchmark.scenes.outlines import curve, ellipse, polygon, stroke
from benchmark.scenes.scenes import Action, HardCase, Scenario
from benchmark.scenes.shapes import Part, Shape, gloss, mark, paint
from benchmark.scenes.states import Edge
from benchmark.scenes.styles import Style


def _duck(colour: str) -> tuple[Shape, ...]:
    """Return a duck that swims to the right."""
    return (
        paint("orange", polygon(".098,-.104 .14,-.092 .098,-.08"), relief=0.006),
        paint(
            colour,
            curve("-.115,-.045 -.06,-.028 .03,-.04 .085,-.012 .07,.032 0,.048 -.075,.032"),
            relief=0.04,
        ),
        paint(colour, curve(".035,-.01 .04,-.075 .075,-.075 .085,-.01"), relief=0.02),
        paint(colour, ellipse(0.070, -0.098, 0.042, 0.038), relief=0.03),
        paint(
            darker(colour, 0.14), curve("-.08,-.022 -.01,-.03 .035,-.004 -.01,.018 -.065,.008"), relief=0.02
        ),
        mark("black", ellipse(0.084, -0.106, 0.0065)),
        mark("white", ellipse(0.0862, -0.1085, 0.002)),
    )


def _frog() -> tuple[Shape, ...]:
    return (
        paint("#4d9a3b", curve("-.062,0 -.035,-.045 .02,-.062 .055,-.03 .05,.004 0,.01"), relief=0.03),
        paint("#5dae45", ellipse(0.040, -0.052, 0.034, 0.026), relief=0.02),
        paint("#5dae45", ellipse(0.030, -0.078, 0.013), ellipse(0.056, -0.076, 0.012), relief=0.01),
        mark("#f6f0c8", ellipse(0.031, -0.079, 0.0075), ellipse(0.057, -0.077, 0.007)),
        mark("black", ellipse(0.033, -0.079, 0.004), ellipse(0.059, -0.077, 0.004)),
        mark("#2e5e26", stroke(0.003, ".022,-.044 .045,-.037 .068,-.045")),
        paint("#3f8631", curve("-.064,.004 -.05,-.034 -.012,-.02 -.016,.008"), relief=0.015),
        paint("#4d9a3b", curve(".018,.01 .03,-.022 .048,-.012 .052,.012"), relief=0.01),
    )


def _fish() -> tuple[Shape, ...]:
    return (
        paint("#d9731f", polygon("-.07,0 -.125,-.042 -.112,0 -.125,.042"), relief=0.01),
        gloss("orange", curve("-.085,0 -.02,-.045 .06,-.032 .09,0 .06,.032 -.02,.045"), relief=0.04),
        paint("#d9731f", curve("-.02,-.04 0,-.07 .035,-.036"), relief=0.008),
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
                    [(foot, 0.86), (foot + lean * 0.3, 0.86 - tall * 0.5), (foot + lean, 0.86 - tall)],
                    taper=0.3,
                ),
                relief=0.004,
            )
        )
        if rng.uniform() < 0.55:
            top = (foot + lean * 0.8, 0.86 - tall * 0.86)
            shapes.append(paint("#6e4526", ellipse(top[0], top[1], 0.010, 0.034, lean * 150), relief=0.008))
    return scenery(f"reeds{x:.1f}", *shapes)


def _pad() -> tuple[Shape, ...]:
    return (
        paint("#3f7f45", curve("-.11,0 -.05,-.022 .06,-.02 .11,.002 .05,.024 -.05,.024"), relief=0.010),
        mark("#6fae62", stroke(0.003, "-.09,.001 0,0 .09,.002")),
    )


def _swan() -> tuple[Shape, ...]:
    return (
        paint("orange", polygon(".135,-.208 .18,-.19 .135,-.186"), relief=0.005),
        paint("#fbf8f0", stroke(0.034, ".07,0 .115,-.06 .075,-.13 .115,-.2"), relief=0.015),
        paint("#fbf8f0", ellipse(0.122, -0.200, 0.028, 0.022), relief=0.02),
        paint("#f5f0e4", curve("-.16,-.065 -.06,-.075 .05,-.05 .12,0 .08,.045 -.08,.045"), relief=0.05),
        mark("black", ellipse(0.130, -0.204, 0.005)),
    )


def _parts(rng: np.random.Generator, style: Style) -> list[Part]:
    water, water_line = "#3d8f96", near(rng, 0.62)
    rings = [
        mark(
            lighter(water, float(rng.uniform(0.12, 0.3))),
            stroke(0.004, [(x, y), (x + 0.04, y + 0.004), (x + 0.09, y)]),
        )
        for x, y in zip(rng.uniform(-0.35, 1.3, 40), rng.uniform(0.56, 0.98, 40), strict=True)
    ]
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
        Part("fish", _fish(), at=(near(rng, 0.33), near(rng, 0.93))),
        Part(
            "white duck",
            _duck("white"),
            at=(near(rng, 0.24), water_line),
            shown_in=(-1, 0, 2, water_line + 0.04),
        ),
        Part("yellow duck", _duck("yellow"), at=(near(rng, 0.55), near(rng, 0.66))),
        Part("brown duck", _duck("#9a6b43"), at=(near(rng, 0.40), near(rng, 0.79))),
        Part("pad", _pad(), at=(near(rng, 0.80), near(rng, 0.85)), scale=1.15),
        Part("frog", _frog(), at=(-0.01, -0.006), parent="pad"),
        Part("swan", _swan(), at=(0.42, 0.60), entrant=True),
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
            (Shift("frog", by=(-0.22, 0.06), hop=0.13), Swing("frog", degrees=-22, cycles=1)),
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
            "The orange fish leaps out of the pond in an arc.",
            (Shift("fish", by=(0.22, 0.0), hop=0.20), Swing("fish", degrees=-40, cycles=1)),
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
            (Leave("yellow duck", edge=Edge.RIGHT), Shift("white duck", by=(0.3, 0.0))),
            HardCase.TWO_AT_ONCE,
        ),
    ),
)
