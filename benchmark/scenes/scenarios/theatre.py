"""A puppet theatre: a curtain in two halves, a fox puppet, a rabbit puppet, a painted sun."""

import numpy as np

from benchmark.scenes.backdrops import band, rolling, scenery, wash
from benchmark.scenes.colours import lighter
from benchmark.scenes.layout import near
from benchmark.scenes.motions import Grow, Shift, Turn
from benchmark.scenes.outlines import Outline, box, curve, ellipse, polygon, star, stroke
from benchmark.scenes.scenes import Action, HardCase, Scenario
from benchmark.scenes.shapes import Part, Shape, flipped, gloss, luminous, mark, paint
from benchmark.scenes.styles import Style


def _curtain() -> tuple[Shape, ...]:
    """Return the left half of the curtain, from x = 0 (the outer edge) to x = 0.36."""
    folds = []
    for i, x in enumerate(np.linspace(-0.02, 0.315, 8)):
        tone = "#a8262c" if i % 2 else "#c43a3a"
        folds.append(
            gloss(
                tone,
                curve(
                    [
                        (x, -0.01),
                        (x + 0.055, -0.01),
                        (x + 0.062, 0.30),
                        (x + 0.055, 0.62),
                        (x + 0.028, 0.635),
                        (x, 0.62),
                        (x - 0.006, 0.30),
                    ]
                ),
                relief=0.022,
            )
        )
    return (*folds, paint("gold", box(0.163, 0.612, 0.40, 0.020, 0.006), relief=0.006))


def _ears(long_ears: bool) -> list[Outline]:
    return (
        [
            curve(
                [
                    (a - 0.016, -0.085),
                    (a * 1.4 - 0.020, -0.165),
                    (a * 1.5, -0.200),
                    (a * 1.4 + 0.020, -0.160),
                    (a + 0.016, -0.085),
                ]
            )
            for a in (-0.028, 0.028)
        ]
        if long_ears
        else [polygon("-.062,-.07 -.058,-.138 -.012,-.098"), polygon(".062,-.07 .058,-.138 .012,-.098")]
    )


def _head(fur: str, long_ears: bool) -> tuple[Shape, ...]:
    pale = lighter(fur, 0.6)
    return (
        *(paint(fur, ear, relief=0.012) for ear in _ears(long_ears)),
        paint(
            fur,
            curve("-.068,-.045 -.05,-.096 0,-.106 .05,-.096 .068,-.045 .034,-.006 0,.006 -.034,-.006"),
            relief=0.04,
        ),
        paint(
            pale,
            curve("-.052,-.04 -.02,-.048 0,-.062 .02,-.048 .052,-.04 .025,-.006 0,.002 -.025,-.006"),
            relief=0.012,
        ),
        mark(
            "black",
            ellipse(-0.026, -0.062, 0.0078),
            ellipse(0.026, -0.062, 0.0078),
            ellipse(0, -0.030, 0.0095, 0.007),
        ),
        mark("white", ellipse(-0.0285, -0.0645, 0.0025), ellipse(0.0235, -0.0645, 0.0025)),
        mark("#5a3a30", stroke(0.003, "-.014,-.014 0,-.008 .014,-.014")),
    )


def _puppet(name: str, fur: str, coat: str, x: float, long_ears: bool) -> list[Part]:
    body = (
        gloss(coat, curve("-.052,-.055 0,-.068 .052,-.055 .08,.11 0,.125 -.08,.11"), relief=0.035),
        mark("gold", ellipse(0, -0.015, 0.008), ellipse(0, 0.025, 0.008), ellipse(0, 0.065, 0.008)),
    )
    arm = (
        gloss(coat, stroke(0.034, "0,0 .04,.03 .062,.062", taper=0.9), relief=0.016),
        paint(fur, ellipse(0.066, 0.070, 0.020), relief=0.015),
    )
    return [
        Part(name, body, at=(x, 0.685)),
        Part(f"{name} left arm", flipped(arm), at=(-0.046, -0.035), parent=name),
        Part(f"{name} right arm", arm, at=(0.046, -0.035), parent=name),
        Part(f"{name} head", _head(fur, long_ears), at=(0.0, -0.062), parent=name),
    ]


def _dragon() -> tuple[Shape, ...]:
    return (
        paint(
            "#e0b13a",
            polygon("-.1,-.075 -.07,-.12 -.045,-.08 -.015,-.125 .01,-.08 .04,-.115 .055,-.07"),
            relief=0.008,
        ),
        gloss(
            "#4f9a4a",
            curve(
                "-.11,.14 -.115,-.05 -.06,-.095 .05,-.085 .085,-.055 .135,-.045 .145,-.01 "
                ".08,.01 .03,0 .035,.14"
            ),
            relief=0.04,
        ),
        mark(
            "white",
            ellipse(0.035, -0.055, 0.018),
            polygon(".09,.006 .1,.022 .108,.003"),
            polygon(".115,.001 .124,.016 .131,-.003"),
        ),
        mark("black", ellipse(0.040, -0.055, 0.009), ellipse(0.130, -0.034, 0.005)),
    )


def _sun() -> tuple[Shape, ...]:
    rays = [
        stroke(
            0.014, [(0.075 * np.cos(a), 0.075 * np.sin(a)), (0.112 * np.cos(a), 0.112 * np.sin(a))], taper=0.4
        )
        for a in np.arange(12) * np.pi / 6
    ]
    return (
        *(paint("#f0b43a", ray, relief=0.005) for ray in rays),
        gloss("yellow", ellipse(0, 0, 0.066), relief=0.05),
        mark("#b9762a", ellipse(-0.022, -0.012, 0.006), ellipse(0.022, -0.012, 0.006)),
        mark("#b9762a", stroke(0.005, "-.022,.016 0,.028 .022,.016")),
    )


def _stage_front() -> Part:
    bulbs = [ellipse(x, 0.905, 0.011) for x in np.arange(-0.34, 1.4, 0.07)]
    return scenery(
        "stage front",
        gloss("#7d4a2a", band(0.80, 1.1), relief=0.008, foot="#5a331d"),
        paint("#a06a3c", band(0.795, 0.825), relief=0.006),
        luminous("#ffe2a0", *bulbs),
    )


def _arch() -> Part:
    waves = [
        curve([(a, 0.125), (a + 0.10, 0.125), (a + 0.10, 0.195), (a + 0.05, 0.235), (a, 0.195)])
        for a in np.arange(-0.40, 1.4, 0.10)
    ]
    return scenery(
        "arch",
        gloss("#8d5230", band(-0.1, 0.15), relief=0.012),
        gloss("#b13038", *waves, relief=0.02),
        paint("gold", band(0.118, 0.136), relief=0.006),
        gloss("gold", *(star(x, 0.055, 0.030) for x in (0.20, 0.50, 0.80)), relief=0.008),
    )


def _parts(rng: np.random.Generator, style: Style) -> list[Part]:
    return [
        scenery(
            "painted sky",
            wash(
                "#8ec7dc" if style is not Style.NIGHT else "#5f74b8",
                "#f6e6bf" if style is not Style.NIGHT else "#9a8ab8",
            ),
        ),
        Part("sun", _sun(), at=(near(rng, 0.52), near(rng, 0.35))),
        scenery("painted hills", rolling(rng, "#7fb26a", 0.60, 0.04), rolling(rng, "#5f9a58", 0.68, 0.02)),
        *_puppet("fox", "#d9742f", "teal", near(rng, 0.38), long_ears=False),
        *_puppet("rabbit", "#b9aea4", "purple", near(rng, 0.64), long_ears=True),
        Part("dragon", _dragon(), at=(0.51, 0.98)),
        _stage_front(),
        Part("left curtain", _curtain(), at=(-0.17, 0.18)),
        Part("right curtain", flipped(_curtain()), at=(1.17, 0.18)),
        _arch(),
    ]


SCENARIO = Scenario(
    "theatre",
    _parts,
    (
        Action(
            "curtain_closes",
            "Both halves of the red curtain close until they meet in the middle.",
            (Grow("left curtain", x=2.0, y=1.0), Grow("right curtain", x=2.0, y=1.0)),
            HardCase.TWO_AT_ONCE,
        ),
        Action(
            "rabbit_ducks",
            "The rabbit puppet ducks down behind the edge of the stage and is gone.",
            (Shift("rabbit", by=(0.0, 0.40)),),
            HardCase.ONE_OF_SEVERAL,
        ),
        Action(
            "fox_bows",
            "The fox puppet takes a deep bow to the left.",
            (Turn("fox", degrees=-36), Turn("fox head", degrees=-24)),
            HardCase.FINE_MANIPULATION,
        ),
        Action(
            "dragon_appears",
            "Suddenly a green dragon puppet rises between the two others.",
            (Shift("dragon", by=(0.0, -0.31)),),
            HardCase.NEW_OBJECT,
        ),
        Action(
            "sun_turns",
            "On the backdrop the painted sun rotates, and neither puppet stirs.",
            (Turn("sun", degrees=130),),
            HardCase.STILL_BACKGROUND,
        ),
        Action(
            "rabbit_cheers",
            "The rabbit throws its arms up and cheers.",
            (
                Turn("rabbit left arm", degrees=100),
                Turn("rabbit right arm", degrees=-100),
                Shift("rabbit", hop=0.045, hops=3),
            ),
        ),
    ),
)
