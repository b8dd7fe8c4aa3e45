"""A windmill on a hill with three sheep and a hay cart."""

import numpy as np

from benchmark.scenes.backdrops import cloud_shape, rolling, scenery, sky, tufts
from benchmark.scenes.colours import darker
from benchmark.scenes.layout import near
from benchmark.scenes.motions import Dim, Enter, Leave, Shift, Turn
from benchmark.scenes.outlines import box, curve, ellipse, polygon, stroke
from benchmark.scenes.scenes import Action, HardCase, Scenario
from benchmark.scenes.shapes import Part, Shape, mark, paint
from benchmark.scenes.states import Edge
from benchmark.scenes.styles import Style


def _tower() -> tuple[Shape, ...]:
    return (
        paint("#efe4cf", polygon("-.085,.3 .085,.3 .055,-.02 -.055,-.02"), relief=0.05),
        paint("#8c5a3a", curve("-.066,-.015 -.04,-.085 0,-.105 .04,-.085 .066,-.015 0,-.005"), relief=0.03),
        paint("#6d4a33", box(0.0, 0.25, 0.05, 0.10, 0.022), relief=0.008),
        paint(
            "#5f86a3",
            box(-0.012, 0.07, 0.030, 0.042, 0.006),
            box(0.02, 0.155, 0.030, 0.042, 0.006),
            relief=0.006,
        ),
    )


def _sails() -> tuple[Shape, ...]:
    blades: list[Shape] = []
    for quarter in range(4):
        angle = quarter * np.pi / 2
        turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
        blades.append(paint("#6d4a33", box(0, -0.12, 0.010, 0.24) @ turn, relief=0.004))
        blades.append(paint("#f4ead2", box(0.028, -0.145, 0.045, 0.17, 0.004) @ turn, relief=0.006))
        lattice = [stroke(0.0035, [(0.006, y), (0.050, y)]) @ turn for y in (-0.09, -0.13, -0.17, -0.21)]
        blades.append(mark("#a1764e", *lattice))
    return (*blades, paint("#5b3d2a", ellipse(0, 0, 0.022), relief=0.012))


def _sheep(name: str, face: str, x: float, y: float, scale: float) -> Part:
    legs = [box(foot, 0.030, 0.010, 0.036, 0.003) for foot in (-0.032, -0.014, 0.016, 0.034)]
    wool = [
        ellipse(cx, cy, r)
        for cx, cy, r in ((-0.038, -0.004, 0.026), (0.0, -0.018, 0.033), (0.034, -0.004, 0.027))
    ]
    shapes = (
        mark(darker(face, 0.2), *legs),
        *(paint("#f3eee2", puff, relief=0.02) for puff in wool),
        paint("#f3eee2", ellipse(0, 0.006, 0.055, 0.024), relief=0.02),
        paint(face, ellipse(-0.062, -0.022, 0.020, 0.016, 35), relief=0.012),
        paint("#f3eee2", ellipse(-0.050, -0.040, 0.016), relief=0.01),
        mark("white", ellipse(-0.064, -0.025, 0.0042)),
        mark("black", ellipse(-0.065, -0.025, 0.0025)),
    )
    return Part(name, shapes, at=(x, y), scale=scale, shadow=0.11 * scale, ground=0.045 * scale)


def _cart() -> list[Part]:
    bed = (
        paint("gold", curve("-.095,-.03 -.05,-.105 .03,-.115 .095,-.03"), relief=0.04),
        paint("#8a5a37", polygon("-.11,-.045 .11,-.045 .095,.012 -.095,.012"), relief=0.008),
        mark("#5d3b24", stroke(0.003, "-.1,-.02 .1,-.02"), stroke(0.007, ".1,-.01 .17,.02")),
    )
    spokes = [
        stroke(0.006, [(-0.036 * c, -0.036 * s), (0.036 * c, 0.036 * s)])
        for c, s in ((1, 0), (0, 1), (0.71, 0.71), (0.71, -0.71))
    ]
    wheel = (
        paint("#5d3b24", ellipse(0, 0, 0.044), ellipse(0, 0, 0.035), relief=0.006),
        *(paint("#7b4f31", spoke, relief=0.003) for spoke in spokes),
        paint("#3f2a1b", ellipse(0, 0, 0.010), relief=0.006),
    )
    return [
        Part("cart", bed, at=(0.42, 0.90), shadow=0.28, ground=0.050),
        Part("cart wheel", wheel, at=(-0.01, 0.012), parent="cart"),
    ]


def _stork() -> tuple[Shape, ...]:
    return (
        mark("#d0552f", stroke(0.006, "-.02,0 -.09,.02"), polygon(".1,-.03 .155,-.022 .1,-.018")),
        paint("white", curve("-.05,0 0,-.024 .06,-.018 .1,-.034 .108,-.018 .05,.01 -.02,.016"), relief=0.015),
        paint("#f7f3ea", curve("-.01,-.01 -.07,-.085 -.02,-.075 .035,-.012"), relief=0.01),
        mark("black", polygon("-.07,-.085 -.045,-.05 -.02,-.075"), ellipse(0.097, -0.028, 0.003)),
    )


def _parts(rng: np.random.Generator, style: Style) -> list[Part]:
    x, y = near(rng, 0.68), near(rng, 0.34)
    return [
        *sky(rng, style, "#7fb8dd", "#f4efd9", clouds=2),
        Part("cloud", (cloud_shape(rng, 0, 0, 0.13),), at=(near(rng, 0.20), near(rng, 0.15))),
        scenery("far hills", rolling(rng, "#9dbf8f", 0.56, 0.04)),
        scenery(
            "hill",
            paint(
                "#86ad4f",
                curve("-.5,.78 .25,.68 .68,.59 1.1,.66 1.6,.75 1.6,1.3 -.5,1.3"),
                relief=0.05,
                foot="#5f8a3a",
            ),
        ),
        Part("mill", _tower(), at=(x, y)),
        Part("sails", _sails(), at=(0.0, -0.03), parent="mill", degrees=near(rng, 20, 20)),
        tufts(rng, "#6d9a3f", 0.74, 30),
        _sheep("left sheep", "#3a3233", near(rng, 0.16), near(rng, 0.76), 1.1),
        _sheep("middle sheep", "#c79a7a", near(rng, 0.42), near(rng, 0.70), 0.95),
        _sheep("right sheep", "#3a3233", near(rng, 0.88), near(rng, 0.79), 1.15),
        *_cart(),
        Part("stork", _stork(), at=(0.34, 0.34), scale=1.25, entrant=True),
    ]


SCENARIO = Scenario(
    "windmill",
    _parts,
    (
        Action(
            "sails_turn",
            "The sails of the windmill turn slowly clockwise.",
            (Turn("sails", degrees=150),),
            HardCase.STILL_BACKGROUND,
        ),
        Action(
            "right_sheep_walks",
            "The sheep in the lower right trots over to the left, its two companions stay put.",
            (Shift("right sheep", by=(-0.32, 0.03), hop=0.012, hops=5),),
            HardCase.ONE_OF_SEVERAL,
        ),
        Action(
            "cart_rolls_away",
            "The hay cart rolls out of the picture on the left, its wheel turning.",
            (Leave("cart", edge=Edge.LEFT), Turn("cart wheel", degrees=-380)),
        ),
        Action(
            "cloud_and_sails",
            "A cloud drifts across to the right while the mill's sails spin backwards.",
            (Shift("cloud", by=(0.42, 0.02)), Turn("sails", degrees=-120)),
            HardCase.TWO_AT_ONCE,
        ),
        Action(
            "stork_flies_in",
            "A white stork flies in over the hill from the left.",
            (Enter("stork", edge=Edge.LEFT, hop=0.05),),
            HardCase.NEW_OBJECT,
        ),
        Action(
            "evening",
            "Evening comes and the whole landscape sinks into warm, dim light.",
            (Dim(to="#f2a878", level=0.82),),
            needs_daylight=True,
        ),
    ),
)
