"""A campfire by a tent, with a lantern and a guitar."""

import numpy as np

from benchmark.scenes.backdrops import night_sky, rolling, scenery, tufts
from benchmark.scenes.layout import near, pick
from benchmark.scenes.motions import Dim, Enter, Fade, Grow, Shift, Turn
from benchmark.scenes.outlines import box, curve, ellipse, polygon, star, stroke
from benchmark.scenes.scenes import Action, HardCase, Scenario
from benchmark.scenes.shapes import Part, Shape, gloss, halo, luminous, mark, paint
from benchmark.scenes.states import Edge
from benchmark.scenes.styles import Style


def _fire(x: float) -> list[Part]:
    logs = (
        paint("#6b4530", stroke(0.034, "-.1,.03 0,.01 .1,-.008"), relief=0.015),
        paint("#7b5136", stroke(0.034, ".1,.032 0,.012 -.1,-.008"), relief=0.015),
        paint(
            "#d9b382",
            ellipse(0.106, -0.008, 0.010, 0.016),
            ellipse(-0.106, -0.008, 0.010, 0.016),
            relief=0.004,
        ),
        *(
            gloss("#8b8f96", ellipse(dx, 0.045, 0.024, 0.016), relief=0.012)
            for dx in (-0.12, -0.075, -0.03, 0.015, 0.06, 0.105)
        ),
    )
    flames = (
        luminous(
            "#e8552a",
            curve(
                "0,.005 -.06,-.02 -.066,-.075 -.04,-.11 -.034,-.075 -.01,-.165 .018,-.095 "
                ".04,-.12 .062,-.06 .055,-.02"
            ),
        ),
        luminous(
            "#f6992f",
            curve(
                "0,.003 -.04,-.015 -.044,-.055 -.028,-.075 -.006,-.125 .018,-.07 .034,-.085 "
                ".042,-.045 .036,-.015"
            ),
        ),
        luminous("#ffe27a", curve("0,0 -.022,-.01 -.024,-.035 -.004,-.08 .016,-.045 .024,-.03 .02,-.01")),
    )
    glow = (halo("#b5611f", ellipse(0, -0.05, 0.42)), halo("#e09a3f", ellipse(0, -0.06, 0.17)))
    return [
        Part("glow", glow, at=(x, 0.80)),
        Part("logs", logs, at=(x, 0.80), shadow=0.30, ground=0.052),
        Part("flames", flames, at=(x, 0.79)),
    ]


def _tent(x: float) -> list[Part]:
    back = (
        paint("#c4572e", polygon("0,-.24 -.24,.075 .12,.075"), relief=0.02),
        paint("#e07a3f", polygon("0,-.24 .12,.075 .24,.055"), relief=0.015),
        mark("#3a2a24", polygon("-.055,-.1 -.105,.072 .025,.072")),
        mark("#e9d9b8", stroke(0.003, "0,-.235 -.29,.09"), stroke(0.003, "0,-.235 .3,.075")),
    )
    flap = (gloss("#d86a36", polygon("0,0 .082,.172 0,.172 -.028,.172"), relief=0.008),)
    return [
        Part("tent", back, at=(x, 0.67), shadow=0.0),
        Part("flap", flap, at=(-0.055, -0.10), parent="tent", degrees=10),
    ]


def _lantern() -> tuple[Shape, ...]:
    return (
        mark("#30343b", stroke(0.004, "-.026,-.052 0,-.095 .026,-.052")),
        paint(
            "#30343b", box(0, -0.050, 0.062, 0.018, 0.006), box(0, 0.050, 0.066, 0.022, 0.006), relief=0.006
        ),
        paint("#c9d6d2", box(0, 0.0, 0.050, 0.084, 0.012), relief=0.012),
        mark("#30343b", box(-0.022, 0, 0.004, 0.084), box(0.022, 0, 0.004, 0.084)),
    )


def _guitar() -> tuple[Shape, ...]:
    return (
        paint("#5a3a24", box(0.0, -0.125, 0.020, 0.15, 0.003), relief=0.006),
        paint("#3f2919", box(0.0, -0.215, 0.032, 0.044, 0.006), relief=0.006),
        gloss(
            "#c98a45",
            curve(
                "0,-.062 -.04,-.05 -.036,-.012 -.06,.03 -.038,.082 0,.092 .038,.082 .06,.03 "
                ".036,-.012 .04,-.05"
            ),
            relief=0.025,
        ),
        mark("#33211a", ellipse(0, 0.0, 0.018), box(0, 0.052, 0.040, 0.009, 0.002)),
        mark("#efe6cf", stroke(0.0016, "-.004,-.2 -.004,.05"), stroke(0.0016, ".004,-.2 .004,.05")),
    )


def _moon() -> tuple[Shape, ...]:
    return (
        luminous(
            "#f4ecd0",
            curve(".02,-.062 -.05,-.035 -.062,.02 -.02,.062 .045,.045 0,.028 -.018,-.01 -.008,-.045"),
        ),
    )


def _fox() -> tuple[Shape, ...]:
    return (
        paint("#d9742f", stroke(0.040, ".075,0 .13,-.01 .175,-.045", taper=0.7), relief=0.018),
        paint("#f5ead8", ellipse(0.180, -0.050, 0.018, 0.014, -35), relief=0.008),
        paint(
            "#4a2f22",
            stroke(0.014, "-.045,.02 -.05,.075"),
            stroke(0.014, ".05,.02 .055,.075"),
            stroke(0.014, "-.025,.02 -.022,.078"),
            stroke(0.014, ".07,.02 .078,.075"),
            relief=0.005,
        ),
        paint("#d9742f", curve("-.065,0 -.045,-.035 .04,-.032 .09,-.01 .08,.028 -.04,.032"), relief=0.028),
        paint(
            "#e08540",
            curve(
                "-.135,-.03 -.095,-.05 -.098,-.098 -.072,-.068 -.044,-.092 -.04,-.04 -.06,-.008 -.095,-.01"
            ),
            relief=0.018,
        ),
        paint("#f5ead8", curve("-.135,-.03 -.1,-.03 -.075,-.008 -.098,-.006"), relief=0.006),
        mark("black", ellipse(-0.134, -0.030, 0.007), ellipse(-0.090, -0.040, 0.005)),
    )


def _shooting_star() -> tuple[Shape, ...]:
    return (
        paint("#9fb6e6", polygon("0,-.012 .3,-.002 .3,.002 0,.012"), relief=0.004),
        luminous("#fffbe6", star(0, 0, 0.030, 5, 0.5)),
    )


def _parts(rng: np.random.Generator, _style: Style) -> list[Part]:
    firs = []
    for x in np.arange(-0.32, 1.42, 0.10):
        foot, tall = near(rng, float(x), 0.03), near(rng, 0.30, 0.08)
        firs += [
            paint(
                pick(rng, "#2f4d5c", "#2a4552", "#37586a"),
                polygon([(foot, 0.66 - tall), (foot + 0.075, 0.70), (foot - 0.075, 0.70)]),
                relief=0.02,
            )
        ]
    x = near(rng, 0.50)
    return [
        *night_sky(rng),
        Part("moon", _moon(), at=(near(rng, 0.78), near(rng, 0.16))),
        scenery("hills", rolling(rng, "#46587f", 0.52, 0.05)),
        scenery("firs", *firs),
        scenery("clearing", rolling(rng, "#5f7048", 0.685, 0.008, "#48573a")),
        tufts(rng, "#66794c", 0.72, 26),
        *_tent(near(rng, 0.22)),
        *_fire(x),
        Part("guitar", _guitar(), at=(near(rng, 0.86), 0.74), degrees=14, shadow=0.14, ground=0.095),
        Part("lantern", _lantern(), at=(near(rng, 0.70), 0.90), shadow=0.12, ground=0.062),
        Part(
            "lantern light",
            (halo("#f2c76a", ellipse(0, 0, 0.20)), halo("#ffeeb5", ellipse(0, 0, 0.055))),
            at=(0.0, 0.0),
            parent="lantern",
            opacity=0.0,
            glows=True,
        ),
        Part("fox", _fox(), at=(0.74, 0.76), entrant=True, shadow=0.24, ground=0.080),
        Part("shooting star", _shooting_star(), at=(0.58, 0.30), degrees=-24, entrant=True),
    ]


SCENARIO = Scenario(
    "campfire",
    _parts,
    (
        Action(
            "fire_flares",
            "The flames of the campfire leap up to twice their height.",
            (Grow("flames", x=1.35, y=2.0),),
            HardCase.STILL_BACKGROUND,
        ),
        Action(
            "fire_dies",
            "The fire burns down until only the logs are left and the light fades.",
            (Grow("flames", x=0.25, y=0.12), Fade("glow", to=0.0), Dim(to="#a9b4e4", level=0.9)),
            HardCase.TWO_AT_ONCE,
        ),
        Action(
            "lantern_lights",
            "The small lantern on the ground starts to glow.",
            (Fade("lantern light", to=1.0),),
            HardCase.FINE_MANIPULATION,
        ),
        Action(
            "fox_visits",
            "Curious, a fox trots out of the dark from the right.",
            (Enter("fox", edge=Edge.RIGHT, hop=0.010, hops=6),),
            HardCase.NEW_OBJECT,
        ),
        Action(
            "guitar_falls",
            "The guitar tips over to the left and lies on the ground.",
            (Turn("guitar", degrees=-85), Shift("guitar", by=(-0.04, 0.06))),
        ),
        Action(
            "shooting_star",
            "A shooting star crosses the night sky from right to left.",
            (Enter("shooting star", edge=Edge.RIGHT, hop=-0.05),),
            HardCase.NEW_OBJECT,
        ),
    ),
)
