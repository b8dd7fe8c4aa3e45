"""A market stall with a balance, apples, a pear, and a price flag."""

import numpy as np

from benchmark.scenes.backdrops import band, scenery, wash
from benchmark.scenes.colours import darker
from benchmark.scenes.layout import near, pick
from benchmark.scenes.motions import Enter, Grow, Shift, Tint, Turn
from benchmark.scenes.outlines import box, curve, ellipse, polygon, stroke
from benchmark.scenes.scenes import Action, HardCase, Scenario
from benchmark.scenes.shapes import Part, Shape, gloss, halo, mark, paint
from benchmark.scenes.states import Edge
from benchmark.scenes.styles import Style


def _apple(colour: str) -> tuple[Shape, ...]:
    return (
        mark("#5b3f28", stroke(0.006, "0,-.036 .004,-.056 .014,-.066")),
        gloss(
            colour,
            curve(
                "0,-.036 -.034,-.044 -.055,-.01 -.042,.036 -.012,.05 .012,.05 .042,.036 .055,-.01 .034,-.044"
            ),
            relief=0.045,
        ),
        paint("#5d9a46", curve(".008,-.056 .03,-.074 .052,-.064 .03,-.052"), relief=0.006),
    )


def _pear() -> tuple[Shape, ...]:
    return (
        mark("#5b3f28", stroke(0.006, "0,-.078 .003,-.098 .01,-.11")),
        gloss(
            "#b9c24a",
            curve(
                "0,-.082 -.024,-.062 -.028,-.028 -.052,.01 -.038,.05 0,.06 .038,.05 .052,.01 "
                ".028,-.028 .024,-.062"
            ),
            relief=0.045,
        ),
    )


def _balance(x: float) -> list[Part]:
    stand = (
        gloss("gold", curve("-.085,.21 -.06,.185 .06,.185 .085,.21 0,.225"), relief=0.012),
        gloss("gold", stroke(0.020, "0,.19 0,.08 0,-.01"), relief=0.010),
    )
    beam = (
        gloss("#c8932f", curve("-.175,-.008 0,-.03 .175,-.008 .175,.008 0,.012 -.175,.008"), relief=0.008),
        gloss("#f0c65c", ellipse(0, -0.010, 0.020), relief=0.012),
        mark("#8a6420", stroke(0.005, "0,-.025 0,-.062", taper=0.4)),
    )
    pan = (
        mark("#7d6a45", stroke(0.0028, "0,0 -.062,.105"), stroke(0.0028, "0,0 .062,.105")),
        gloss("#d5a441", curve("-.078,.104 0,.1 .078,.104 .045,.128 -.045,.128"), relief=0.012),
    )
    return [
        Part("stand", stand, at=(x, 0.45), shadow=0.26, ground=0.215),
        Part("beam", beam, at=(0.0, -0.01), parent="stand"),
        Part("left pan", pan, at=(-0.168, 0.0), parent="beam"),
        Part("right pan", pan, at=(0.168, 0.0), parent="beam"),
        Part(
            "plum",
            (
                gloss("#7a4a8c", ellipse(0, 0, 0.032, 0.030), relief=0.028),
                mark("#5b3f28", stroke(0.005, "0,-.028 .006,-.044")),
            ),
            at=(0.0, 0.076),
            parent="right pan",
        ),
    ]


def _flag() -> tuple[Shape, ...]:
    return (
        mark("#6b4a33", box(0, 0.02, 0.006, 0.14)),
        paint("#f6efdd", box(0.048, -0.035, 0.095, 0.062, 0.004), relief=0.004),
        mark(
            "#33363d",
            stroke(0.006, ".022,-.05 .034,-.034 .022,-.02"),
            stroke(0.006, ".05,-.052 .062,-.035 .05,-.018 .074,-.018"),
        ),
    )


def _sparrow() -> tuple[Shape, ...]:
    return (
        paint("#6d4d34", curve(".05,0 .1,-.012 .125,-.004 .06,.018"), relief=0.006),
        paint("#9b7350", curve("-.045,-.01 -.01,-.035 .05,-.01 .062,.01 .02,.036 -.03,.028"), relief=0.022),
        paint("#83603f", ellipse(-0.036, -0.026, 0.027, 0.024), relief=0.018),
        paint("#6d4d34", curve("-.005,-.012 .035,-.008 .062,.01 .01,.014"), relief=0.006),
        mark(
            "#3a2c20",
            polygon("-.06,-.028 -.08,-.02 -.058,-.016"),
            stroke(0.004, "0,.034 -.002,.054"),
            stroke(0.004, ".016,.034 .016,.054"),
        ),
        mark("black", ellipse(-0.042, -0.031, 0.0045)),
    )


def _crates() -> list[Shape]:
    crates: list[Shape] = []
    for x, fruit in ((-0.16, "#e0a03a"), (0.98, "#c8503a"), (1.22, "#86a845")):
        heap = [
            ellipse(x + dx, 0.575 + dy, 0.038)
            for dx, dy in ((-0.06, 0), (0.02, 0), (0.08, 0.005), (-0.02, -0.03), (0.05, -0.03))
        ]
        crates += [gloss(fruit, one, relief=0.03) for one in heap]
        crates += [
            paint("#a97847", box(x, 0.632, 0.24, 0.090, 0.004), relief=0.006),
            mark("#7d5530", box(x, 0.632, 0.24, 0.005)),
        ]
    return crates


def _backdrop(rng: np.random.Generator, style: Style) -> list[Part]:
    stripes = []
    for i, a in enumerate(np.arange(-0.40, 1.40, 0.12)):
        hue = "#3f8f7a" if i % 2 else "#f4ecd8"
        stripes.append(
            paint(
                hue,
                curve([(a, -0.05), (a + 0.12, -0.05), (a + 0.12, 0.13), (a + 0.06, 0.165), (a, 0.13)]),
                relief=0.014,
            )
        )
    planks = [band(y, y + 0.004) for y in (0.80, 0.88, 0.96)]
    back = pick(rng, "#b9cbd3", "#d4c3ae", "#b7c6a8")
    return [
        scenery("square", wash(back, darker(back, 0.22))),
        *(
            []
            if style is Style.NIGHT
            else [scenery("sunshine", halo("#4a4020", ellipse(near(rng, 0.2, 0.1), 0.25, 0.6, 0.5)))]
        ),
        scenery(
            "poles", gloss("#8d6239", box(-0.02, 0.4, 0.026, 0.8), box(1.04, 0.4, 0.026, 0.8), relief=0.010)
        ),
        scenery("awning", *stripes),
        scenery("crates", *_crates()),
        scenery(
            "table",
            paint("#b98552", band(0.655, 1.1), relief=0.006, foot="#8a5d34"),
            mark("#7f5731", *planks),
            paint("#cf9c66", band(0.650, 0.675), relief=0.006),
        ),
    ]


def _parts(rng: np.random.Generator, style: Style) -> list[Part]:
    return [
        *_backdrop(rng, style),
        *_balance(near(rng, 0.50)),
        Part("pear", _pear(), at=(near(rng, 0.78), 0.715), shadow=0.13, ground=0.058),
        Part(
            "red apple",
            _apple("red"),
            at=(near(rng, 0.16, 0.01), 0.80),
            scale=1.15,
            shadow=0.15,
            ground=0.055,
        ),
        Part(
            "green apple",
            _apple("#8fbf45"),
            at=(near(rng, 0.36, 0.01), 0.865),
            scale=1.15,
            shadow=0.15,
            ground=0.055,
        ),
        Part(
            "yellow apple",
            _apple("#eec540"),
            at=(near(rng, 0.62, 0.01), 0.835),
            scale=1.15,
            shadow=0.15,
            ground=0.055,
        ),
        Part("flag", _flag(), at=(near(rng, 0.90), 0.79), shadow=0.08, ground=0.09),
        Part("sparrow", _sparrow(), at=(0.27, 0.925), scale=1.35, entrant=True, shadow=0.12, ground=0.054),
    ]


SCENARIO = Scenario(
    "market",
    _parts,
    (
        Action(
            "balance_tips",
            "The balance tips down on the side of the plum.",
            (Turn("beam", degrees=17), Turn("left pan", degrees=-17), Turn("right pan", degrees=-17)),
            HardCase.FINE_MANIPULATION,
        ),
        Action(
            "red_apple_rolls",
            "The red apple rolls along the table to the right, up to the green one.",
            (Shift("red apple", by=(0.19, -0.03)), Turn("red apple", degrees=170)),
            HardCase.ONE_OF_SEVERAL,
        ),
        Action(
            "green_apple_lifted",
            "As if by magic the green apple floats up above the table; the other fruit stays down.",
            (Shift("green apple", lift=0.34),),
            HardCase.ONE_OF_SEVERAL,
        ),
        Action(
            "plum_jumps",
            "The plum jumps out of its pan, so that the balance swings to the other side.",
            (
                Shift("plum", by=(0.24, 0.09), hop=0.18),
                Turn("beam", degrees=-14, start=0.3),
                Turn("left pan", degrees=14, start=0.3),
                Turn("right pan", degrees=14, start=0.3),
            ),
            HardCase.TWO_AT_ONCE,
        ),
        Action(
            "sparrow_lands",
            "A cheeky sparrow hops onto the table from the left.",
            (Enter("sparrow", edge=Edge.LEFT, hop=0.03, hops=3),),
            HardCase.NEW_OBJECT,
        ),
        Action(
            "pear_ripens",
            "The pear grows plumper and its skin turns from green to red.",
            (Tint("pear", to="#cf4a34"), Grow("pear", x=1.3, y=1.2)),
        ),
    ),
)
