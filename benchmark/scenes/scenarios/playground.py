"""A playground: a swing, a seesaw, a slide, a football, a spring horse."""

import numpy as np

from benchmark.scenes.backdrops import rolling, scenery, sky, tufts
from benchmark.scenes.layout import near, pick
from benchmark.scenes.motions import Enter, Fall, Leave, Shift, Swing, Turn, Weather
from benchmark.scenes.outlines import box, curve, ellipse, polygon, star, stroke
from benchmark.scenes.scenes import Action, HardCase, Scenario
from benchmark.scenes.shapes import Part, Shape, gloss, mark, paint
from benchmark.scenes.states import Edge
from benchmark.scenes.styles import Style


def _swing(x: float) -> list[Part]:
    frame = (
        gloss(
            "#3f7fb5",
            stroke(0.020, "-.16,.4 -.115,0"),
            stroke(0.020, "-.07,.4 -.115,0"),
            stroke(0.020, ".16,.4 .115,0"),
            stroke(0.020, ".07,.4 .115,0"),
            relief=0.008,
        ),
        gloss("#3f7fb5", box(0, 0, 0.27, 0.022, 0.010), relief=0.008),
    )
    seat = (
        mark("#6d7278", box(-0.042, 0.135, 0.005, 0.27), box(0.042, 0.135, 0.005, 0.27)),
        gloss("red", box(0, 0.275, 0.115, 0.022, 0.008), relief=0.010),
    )
    return [Part("frame", frame, at=(x, 0.38)), Part("swing", seat, at=(0.0, 0.008), parent="frame")]


def _seesaw(x: float) -> list[Part]:
    plank = (
        gloss("yellow", box(0, 0, 0.40, 0.024, 0.010), relief=0.008),
        paint(
            "#d9503c",
            box(-0.175, -0.016, 0.055, 0.014, 0.005),
            box(0.175, -0.016, 0.055, 0.014, 0.005),
            relief=0.005,
        ),
        mark(
            "#5c6470",
            stroke(0.006, "-.135,0 -.135,-.045 -.15,-.045"),
            stroke(0.006, ".135,0 .135,-.045 .15,-.045"),
        ),
    )
    foot = (gloss("green", polygon("-.055,.075 -.012,-.012 .012,-.012 .055,.075"), relief=0.015),)
    return [
        Part("seesaw foot", foot, at=(x, 0.79), shadow=0.36, ground=0.075),
        Part("plank", plank, at=(0.0, -0.012), parent="seesaw foot", degrees=14),
    ]


def _football() -> tuple[Shape, ...]:
    patches = [
        ellipse(0.034 * np.cos(a), 0.034 * np.sin(a), 0.013, 0.010, np.degrees(a))
        for a in np.arange(5) * 2 * np.pi / 5
    ]
    return (
        gloss("#f6f4ee", ellipse(0, 0, 0.050), relief=0.045),
        mark("#68707e", star(0, 0, 0.016, 5, 0.8), *patches),
    )


def _slide(x: float) -> Part:
    rungs = [box(0.105, y, 0.048, 0.008) for y in (-0.16, -0.11, -0.06, -0.01, 0.04, 0.09)]
    return Part(
        "slide",
        (
            mark("#7a828c", *rungs),
            gloss(
                "#8b949e",
                stroke(0.012, ".08,.125 .083,-.19"),
                stroke(0.012, ".13,.125 .127,-.19"),
                relief=0.005,
            ),
            gloss("orange", stroke(0.040, ".105,-.185 .055,-.165 -.08,.05 -.15,.105 -.2,.11"), relief=0.016),
            paint(
                "#f9c07f", stroke(0.014, ".095,-.188 .052,-.168 -.082,.045 -.15,.099 -.19,.104"), relief=0.005
            ),
        ),
        at=(x, 0.65),
    )


def _spring_horse(x: float) -> list[Part]:
    coil = [stroke(0.008, [(-0.020, y), (0.0, y + 0.009), (0.020, y)]) for y in (0.0, 0.018, 0.036, 0.054)]
    base = (mark("#6d7278", *coil), paint("#4d545d", box(0, 0.078, 0.085, 0.014, 0.006), relief=0.006))
    horse = (
        paint("#6a4128", stroke(0.018, "-.08,-.06 -.115,-.04 -.12,0", taper=0.4), relief=0.006),
        gloss(
            "#b5713c",
            curve(
                "-.085,-.02 -.06,-.065 .02,-.055 .045,-.125 .085,-.14 .115,-.105 .085,-.095 "
                ".075,-.03 .03,0 -.05,.006"
            ),
            relief=0.03,
        ),
        paint("#6a4128", curve(".03,-.058 .03,-.12 .062,-.155 .068,-.135 .048,-.09"), relief=0.008),
        paint("red", curve("-.045,-.066 0,-.062 .004,-.03 -.045,-.034"), relief=0.008),
        mark("black", ellipse(0.082, -0.118, 0.005)),
    )
    return [
        Part("spring", base, at=(x, 0.865), shadow=0.16, ground=0.086),
        Part("horse", horse, at=(0.0, 0.002), parent="spring"),
    ]


def _dog() -> tuple[Shape, ...]:
    return (
        paint("#a46a3b", stroke(0.016, "-.09,-.05 -.125,-.085 -.13,-.11", taper=0.6), relief=0.006),
        paint(
            "#8a552d",
            stroke(0.022, "-.07,0 -.085,.05 -.1,.08"),
            stroke(0.022, ".05,0 .075,.045 .095,.075"),
            relief=0.008,
        ),
        paint(
            "#a46a3b",
            stroke(0.022, "-.05,0 -.05,.05 -.055,.08"),
            stroke(0.022, ".035,0 .045,.05 .05,.08"),
            relief=0.008,
        ),
        paint(
            "#a46a3b",
            curve("-.095,-.02 -.08,-.06 0,-.052 .06,-.065 .075,-.02 .05,.02 -.06,.018"),
            relief=0.03,
        ),
        paint(
            "#b47a47",
            curve(".045,-.06 .055,-.105 .09,-.115 .12,-.09 .15,-.078 .145,-.06 .1,-.05"),
            relief=0.02,
        ),
        paint("#6a4128", curve(".06,-.108 .078,-.1 .07,-.055 .05,-.065"), relief=0.008),
        mark("black", ellipse(0.150, -0.073, 0.008), ellipse(0.102, -0.092, 0.0055)),
        mark("red", stroke(0.010, ".05,-.062 .066,-.038")),
    )


def _parts(rng: np.random.Generator, style: Style) -> list[Part]:
    trees = []
    for x in (-0.26, 0.02, 0.30, 0.62, 0.95, 1.24):
        at, size = near(rng, x, 0.03), near(rng, 0.10, 0.02)
        trees.append(paint("#7a563a", box(at, 0.60, 0.022, 0.12), relief=0.008))
        trees += [
            paint(
                pick(rng, "#5c9a50", "#6aa85a", "#4d8849"),
                ellipse(at + dx * size, 0.50 + dy * size, size * r),
                relief=0.05,
            )
            for dx, dy, r in ((-0.5, 0.1, 0.7), (0.5, 0.1, 0.7), (0, -0.4, 0.8))
        ]
    return [
        *sky(rng, style, "#86c5ea", "#f1f4e2"),
        scenery("trees", *trees),
        scenery("lawn", rolling(rng, "#8dc063", 0.64, 0.006, "#6ba34c")),
        scenery("sandpit", paint("#e3cb96", ellipse(0.42, 0.90, 0.78, 0.135), relief=0.012, foot="#cfae72")),
        tufts(rng, "#6aa14a", 0.68, 16),
        _slide(near(rng, 0.80)),
        *_swing(near(rng, 0.27)),
        *_seesaw(near(rng, 0.51)),
        *_spring_horse(near(rng, 0.87)),
        Part("football", _football(), at=(near(rng, 0.20), 0.885), scale=1.2, shadow=0.16, ground=0.058),
        Part("dog", _dog(), at=(0.30, 0.86), entrant=True, shadow=0.24, ground=0.085),
    ]


SCENARIO = Scenario(
    "playground",
    _parts,
    (
        Action(
            "swing_swings",
            "The empty swing starts moving back and forth on its own.",
            (Swing("swing", degrees=20, cycles=1),),
            HardCase.STILL_BACKGROUND,
        ),
        Action(
            "seesaw_tips",
            "The yellow seesaw tips over to the other side.",
            (Turn("plank", degrees=-28),),
            HardCase.FINE_MANIPULATION,
        ),
        Action(
            "ball_bounces",
            "The football bounces away to the right in three hops.",
            (Shift("football", by=(0.36, 0.02), hop=0.06, hops=3), Turn("football", degrees=200)),
        ),
        Action(
            "horse_rocks_ball_rolls",
            "The spring horse rocks wildly while the football rolls off on the left.",
            (
                Swing("horse", degrees=13, cycles=1.5),
                Leave("football", edge=Edge.LEFT),
                Turn("football", degrees=-120),
            ),
            HardCase.TWO_AT_ONCE,
        ),
        Action(
            "dog_runs_in",
            "A brown dog comes running into the playground from the left.",
            (Enter("dog", edge=Edge.LEFT, hop=0.02, hops=3),),
            HardCase.NEW_OBJECT,
        ),
        Action(
            "petals",
            "A shower of pink petals blows across the sandpit.",
            (Fall(weather=Weather.PETALS, count=130),),
        ),
    ),
)
