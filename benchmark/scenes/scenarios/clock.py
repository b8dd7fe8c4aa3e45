"""A cuckoo clock on a wall above a chest of drawers with a cat's tail, a vase and a ball of wool."""

import numpy as np

from benchmark.scenes.backdrops import band, scenery, wall
from benchmark.scenes.layout import near, pick
from benchmark.scenes.motions import Enter, Flap, Grow, Leave, Shift, Swing, Turn
from benchmark.scenes.outlines import box, curve, ellipse, polygon, star, stroke
from benchmark.scenes.scenes import Action, HardCase, Scenario
from benchmark.scenes.shapes import Part, Shape, flipped, gloss, mark, paint
from benchmark.scenes.states import Edge
from benchmark.scenes.styles import Style


def _clock_bird() -> tuple[Shape, ...]:
    return (
        paint("orange", polygon(".02,-.008 .046,0 .02,.008"), relief=0.005),
        gloss(
            "#4f86b8",
            curve("-.038,.012 -.02,-.014 .002,-.03 .024,-.016 .022,.008 0,.026 -.022,.024"),
            relief=0.02,
        ),
        mark("black", ellipse(0.010, -0.010, 0.0045)),
    )


def _case() -> tuple[Shape, ...]:
    numerals = [
        box(0.072 * np.cos(a), 0.072 * np.sin(a), 0.016 if i % 3 == 0 else 0.010, 0.005, 0.001, np.degrees(a))
        for i, a in enumerate(np.arange(12) * np.pi / 6)
    ]
    return (
        gloss("#7d4f2d", box(0, 0.02, 0.26, 0.30, 0.010), relief=0.02),
        gloss(
            "#9a6338", polygon("-.175,-.115 0,-.265 .175,-.115 .15,-.092 0,-.222 -.15,-.092"), relief=0.012
        ),
        paint("#8d5a34", polygon("-.14,-.1 0,-.218 .14,-.1"), relief=0.015),
        paint("#2b1c12", box(0, -0.130, 0.074, 0.075, 0.006), relief=0.002),
        gloss("gold", ellipse(0, 0.045, 0.102), relief=0.012),
        paint("#f7efdc", ellipse(0, 0.045, 0.090), relief=0.006),
        mark("#33271c", *(outline + np.array([0, 0.045]) for outline in numerals)),
        *(
            paint("#5f8a45", ellipse(dx, dy, 0.030, 0.013, turn), relief=0.006)
            for dx, dy, turn in (
                (-0.125, -0.085, -40),
                (0.125, -0.085, 40),
                (-0.09, 0.165, 30),
                (0.09, 0.165, -30),
            )
        ),
    )


def _clock(x: float) -> list[Part]:
    hour = (mark("#2b2118", stroke(0.021, "0,.012 0,-.03 0,-.048", taper=0.5)),)
    minute = (
        mark("#2b2118", stroke(0.018, "0,.014 0,-.04 0,-.076", taper=0.5)),
        gloss("gold", ellipse(0, 0, 0.010), relief=0.006),
    )
    bob = (
        paint("#a97a3a", box(0, 0.11, 0.007, 0.22), relief=0.003),
        gloss("gold", ellipse(0, 0.235, 0.036), relief=0.025),
    )
    weight = (
        mark("#8a7a5a", box(0, 0.08, 0.003, 0.16)),
        gloss("#5a4330", curve("0,.145 -.018,.17 -.014,.22 0,.235 .014,.22 .018,.17"), relief=0.015),
    )
    door = (
        gloss("#9a6338", box(0.019, 0, 0.037, 0.073, 0.003), relief=0.008),
        mark("#5f3b20", ellipse(0.030, 0, 0.003)),
    )
    return [
        Part("pendulum", bob, at=(x, 0.44)),
        Part("weight", weight, at=(x + 0.105, 0.44)),
        Part("clock", _case(), at=(x, 0.36), scale=1.25),
        Part("cuckoo", _clock_bird(), at=(-0.005, -0.128), parent="clock", scale=0.9, opacity=1.0),
        Part("left door", door, at=(-0.038, -0.130), parent="clock"),
        Part("right door", flipped(door), at=(0.038, -0.130), parent="clock"),
        Part("hour hand", hour, at=(0.0, 0.045), parent="clock", degrees=-60),
        Part("minute hand", minute, at=(0.0, 0.045), parent="clock", degrees=12),
    ]


def _vase() -> tuple[Shape, ...]:
    return (
        paint(
            "#55924b",
            stroke(0.008, "0,-.05 -.03,-.13 -.05,-.19"),
            stroke(0.008, "0,-.05 .004,-.14 0,-.215"),
            stroke(0.008, "0,-.05 .03,-.12 .056,-.175"),
            relief=0.003,
        ),
        *(
            paint(hue, star(a, b, 0.036, 7, 0.6), relief=0.010)
            for a, b, hue in ((-0.052, -0.198, "pink"), (0.0, -0.228, "#f0e3f4"), (0.060, -0.185, "red"))
        ),
        *(
            paint("yellow", ellipse(a, b, 0.012), relief=0.008)
            for a, b in ((-0.052, -0.198), (0.0, -0.228), (0.060, -0.185))
        ),
        gloss(
            "#4f86b8",
            curve(
                "-.03,-.062 0,-.058 .03,-.062 .024,-.035 .056,.01 .042,.062 -.042,.062 -.056,.01 -.024,-.035"
            ),
            relief=0.04,
        ),
        mark("#f1ead8", stroke(0.005, "-.052,.012 0,.022 .052,.012")),
    )


def _cat() -> tuple[Shape, ...]:
    return (
        paint("#d28a45", stroke(0.022, "-.1,.04 -.16,.01 -.165,-.06 -.135,-.09", taper=0.7), relief=0.008),
        paint("#d28a45", curve("-.11,.055 -.09,-.01 -.02,-.04 .05,-.03 .07,.055 -.02,.06"), relief=0.04),
        paint(
            "#dd9a55",
            curve(
                "0,-.03 .004,-.085 .006,-.125 .034,-.098 .066,-.098 .092,-.125 .096,-.085 .1,-.04 .05,-.01"
            ),
            relief=0.02,
        ),
        mark(
            "#a8662c",
            stroke(0.006, "-.07,-.012 -.06,.02"),
            stroke(0.006, "-.04,-.028 -.03,.01"),
            stroke(0.006, "-.01,-.034 -.002,0"),
        ),
        mark("#4f7d3d", ellipse(0.032, -0.066, 0.009), ellipse(0.068, -0.066, 0.009)),
        mark("black", ellipse(0.033, -0.066, 0.004, 0.008), ellipse(0.069, -0.066, 0.004, 0.008)),
        mark("#c2606a", polygon(".044,-.046 .056,-.046 .05,-.039")),
    )


def _parts(rng: np.random.Generator, style: Style) -> list[Part]:
    knobs = [ellipse(a, b, 0.012) for a in (0.13, 0.44, 0.75) for b in (0.895,)]
    wool = [
        stroke(0.003, [(-0.045, 0.01 * i), (0.0, -0.02 + 0.012 * i), (0.045, 0.008 * i)])
        for i in range(-3, 4)
    ]
    x = near(rng, 0.42, 0.03)
    return [
        *wall(rng, pick(rng, "#b8a88c", "#93a89b", "#a99bb0"), style),
        scenery(
            "picture",
            paint("#b98b4f", box(0.86, 0.30, 0.22, 0.27, 0.004), relief=0.010),
            paint("#cfe0e4", box(0.86, 0.30, 0.17, 0.22), relief=0.003, foot="#e8d9b0"),
            paint(
                "#6d9a6a", curve(".776,.4 .8,.33 .86,.355 .92,.315 .944,.345 .944,.41 .86,.412"), relief=0.006
            ),
        ),
        scenery(
            "chest",
            paint("#a2703f", band(0.775, 1.1), relief=0.006, foot="#7d5230"),
            paint("#b9854f", band(0.755, 0.792), relief=0.008),
            *(
                paint("#ad7a47", box(a, 0.90, 0.28, 0.13, 0.006), relief=0.010)
                for a in (-0.18, 0.13, 0.44, 0.75, 1.06, 1.37)
            ),
            gloss("gold", *knobs, relief=0.008),
        ),
        *_clock(x),
        Part("vase", _vase(), at=(near(rng, 0.12), 0.70), shadow=0.16, ground=0.066),
        Part(
            "wool",
            (gloss("#c65b7c", ellipse(0, 0, 0.056), relief=0.05), mark("#963c5a", *wool)),
            at=(near(rng, 0.72), 0.712),
            shadow=0.14,
            ground=0.052,
        ),
        Part("cat", _cat(), at=(0.60, 0.70), entrant=True, shadow=0.26, ground=0.058),
    ]


SCENARIO = Scenario(
    "clock",
    _parts,
    (
        Action(
            "pendulum_swings",
            "The pendulum of the clock swings steadily from side to side.",
            (Swing("pendulum", degrees=17, cycles=1),),
            HardCase.STILL_BACKGROUND,
        ),
        Action(
            "hands_race",
            "Both hands of the clock race forward, the long one much faster than the short one.",
            (Turn("minute hand", degrees=200), Turn("hour hand", degrees=40)),
            HardCase.FINE_MANIPULATION,
        ),
        Action(
            "cuckoo_comes_out",
            "The two little doors fly open and a blue cuckoo pops out.",
            (
                Flap("left door", x=0.15, cycles=0.5),
                Flap("right door", x=0.15, cycles=0.5),
                Grow("cuckoo", x=1.7, y=1.7, start=0.3),
                Shift("cuckoo", by=(0.0, 0.02), start=0.3),
            ),
            HardCase.NEW_OBJECT,
        ),
        Action(
            "wool_rolls",
            "The ball of wool rolls slowly to the left across the top of the chest.",
            (Shift("wool", by=(-0.24, 0.0)), Turn("wool", degrees=-230)),
        ),
        Action(
            "cat_jumps_up",
            "A ginger cat slips into view from the right and settles next to the ball of wool.",
            (Enter("cat", edge=Edge.RIGHT, hop=0.02, hops=3),),
            HardCase.NEW_OBJECT,
        ),
        Action(
            "weight_sinks_vase_slides",
            "The clock's weight sinks lower and, at the same time, the vase slides out of sight on the left.",
            (Shift("weight", by=(0.0, 0.13)), Leave("vase", edge=Edge.LEFT)),
            HardCase.TWO_AT_ONCE,
        ),
    ),
)
