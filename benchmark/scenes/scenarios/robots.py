"""Three tin robots on a toy shelf, with building blocks and a spinning top."""

import numpy as np

from benchmark.scenes.backdrops import band, scenery, wash
from benchmark.scenes.colours import darker, lighter
from benchmark.scenes.layout import near, pick
from benchmark.scenes.motions import Dim, Enter, Grow, Leave, Shift, Swing, Tint, Turn
from benchmark.scenes.outlines import box, curve, ellipse, polygon, stroke
from benchmark.scenes.scenes import Action, HardCase, Scenario
from benchmark.scenes.shapes import Part, Shape, flipped, gloss, luminous, mark, paint
from benchmark.scenes.states import Edge
from benchmark.scenes.styles import Style


def _robot_body(colour: str, trim: str) -> tuple[Shape, ...]:
    return (
        gloss(
            "#6d747d",
            box(-0.032, 0.120, 0.030, 0.075, 0.006),
            box(0.032, 0.120, 0.030, 0.075, 0.006),
            relief=0.010,
        ),
        gloss(
            trim,
            box(-0.036, 0.160, 0.052, 0.024, 0.008),
            box(0.036, 0.160, 0.052, 0.024, 0.008),
            relief=0.010,
        ),
        gloss(colour, box(0, 0.025, 0.145, 0.140, 0.018), relief=0.025),
        paint("#e9e3d3", box(0, 0.020, 0.092, 0.076, 0.008), relief=0.005),
        mark("#4b5058", stroke(0.004, "-.03,.03 -.012,.005 .006,.034 .03,.004")),
        *(
            gloss(hue, ellipse(dx, 0.074, 0.009), relief=0.006)
            for dx, hue in ((-0.03, "red"), (0.0, "yellow"), (0.03, "green"))
        ),
        gloss("#6d747d", box(0, -0.055, 0.044, 0.026, 0.004), relief=0.008),
    )


def _robot(name: str, colour: str, x: float) -> list[Part]:
    trim = darker(colour, 0.3)
    head = (
        mark("#6d747d", box(0, -0.100, 0.005, 0.045)),
        gloss("red", ellipse(0, -0.125, 0.012), relief=0.010),
        gloss(
            trim,
            box(-0.066, -0.034, 0.020, 0.036, 0.006),
            box(0.066, -0.034, 0.020, 0.036, 0.006),
            relief=0.008,
        ),
        gloss(colour, box(0, -0.036, 0.120, 0.090, 0.020), relief=0.022),
        mark("#33373d", box(0, -0.042, 0.090, 0.036, 0.016)),
        mark(
            "#e9e3d3", *(box(dx, -0.006, 0.009, 0.012, 0.002) for dx in (-0.024, -0.012, 0.0, 0.012, 0.024))
        ),
    )
    eyes = (luminous("#ffe9a3", ellipse(-0.024, 0, 0.0145), ellipse(0.024, 0, 0.0145)),)
    arm = (
        gloss("#6d747d", stroke(0.024, "0,0 .022,.05 .02,.088"), relief=0.010),
        gloss(
            trim,
            curve(".004,.086 -.004,.112 .01,.128 .012,.108 .028,.108 .03,.128 .044,.112 .036,.086"),
            relief=0.010,
        ),
        gloss(colour, ellipse(0, 0, 0.020), relief=0.015),
    )
    return [
        Part(name, _robot_body(colour, trim), at=(x, 0.595), shadow=0.20, ground=0.175),
        Part(f"{name} left arm", flipped(arm), at=(-0.084, -0.015), parent=name),
        Part(f"{name} right arm", arm, at=(0.084, -0.015), parent=name),
        Part(f"{name} head", head, at=(0.0, -0.065), parent=name),
        Part(f"{name} eyes", eyes, at=(0.0, -0.042), parent=f"{name} head"),
    ]


def _block(colour: str, x: float, y: float) -> tuple[Shape, ...]:
    return (
        gloss(colour, box(x, y, 0.082, 0.082, 0.006), relief=0.012),
        paint(lighter(colour, 0.5), box(x, y, 0.052, 0.052, 0.004), relief=0.004),
    )


def _top() -> tuple[Shape, ...]:
    return (
        mark("#5a4632", box(0, -0.075, 0.008, 0.05)),
        gloss("gold", ellipse(0, -0.10, 0.012), relief=0.008),
        gloss(
            "purple",
            curve("-.062,-.03 -.035,-.055 .035,-.055 .062,-.03 .03,.01 0,.045 -.03,.01"),
            relief=0.03,
        ),
        paint("yellow", curve("-.058,-.026 0,-.016 .058,-.026 .046,-.008 0,.003 -.046,-.008"), relief=0.006),
    )


def _plane() -> tuple[Shape, ...]:
    return (
        gloss("orange", curve("-.13,0 -.05,-.03 .06,-.028 .105,0 .06,.022 -.05,.014"), relief=0.02),
        paint("#f3ead6", polygon("-.125,-.002 -.145,-.06 -.105,-.055 -.085,-.01"), relief=0.006),
        gloss("#f3ead6", polygon("-.01,.006 -.055,.052 -.015,.056 .045,.008"), relief=0.006),
        paint("#a9d3e2", ellipse(0.035, -0.022, 0.026, 0.014), relief=0.008),
        mark("#5a4632", box(0.110, 0.0, 0.007, 0.085, 0.003)),
    )


def _parts(rng: np.random.Generator, _style: Style) -> list[Part]:
    stripes = [box(x, 0.35, 0.055, 1.1) for x in np.arange(-0.33, 1.4, 0.13)]
    tone = pick(rng, "#c9d6cf", "#e3d3b8", "#cfd0e2")
    blocks = (*_block("yellow", 0, 0), *_block("teal", -0.088, 0), *_block("red", -0.044, -0.084))
    return [
        scenery(
            "wallpaper", wash(tone, darker(tone, 0.15)), paint(lighter(tone, 0.25), *stripes, relief=0.003)
        ),
        scenery(
            "upper shelf",
            gloss("#a87848", band(0.155, 0.185), relief=0.008),
            paint(darker(tone, 0.3), band(0.185, 0.215), relief=0.001, opacity=0.4),
            *(
                s
                for i, hue in enumerate(("#b9534a", "#4f7d9c", "#7a9150", "#c79a4b"))
                for s in (gloss(hue, box(0.10 + 0.26 * i, 0.098, 0.11, 0.115, 0.012), relief=0.02),)
            ),
        ),
        scenery(
            "shelf",
            gloss("#b58350", band(0.755, 0.86), relief=0.006, foot="#96683b"),
            paint("#8a5e36", band(0.86, 0.90), relief=0.008),
            paint("#5f4630", band(0.90, 1.1), relief=0.004),
        ),
        *_robot("red robot", "red", near(rng, 0.20)),
        *_robot("green robot", "green", near(rng, 0.47)),
        *_robot("blue robot", "blue", near(rng, 0.74)),
        Part("blocks", blocks, at=(near(rng, 0.955, 0.01), 0.765), shadow=0.22, ground=0.044),
        Part(
            "top",
            _top(),
            at=(near(rng, 0.335, 0.01), 0.800),
            degrees=near(rng, 0, 8),
            shadow=0.10,
            ground=0.042,
        ),
        Part("plane", _plane(), at=(0.36, 0.32), entrant=True),
    ]


SCENARIO = Scenario(
    "robots",
    _parts,
    (
        Action(
            "green_waves",
            "The green robot in the centre lifts the arm on our right and waves it.",
            (
                Turn("green robot right arm", degrees=-120, end=0.75),
                Swing("green robot right arm", degrees=14, cycles=1, start=0.4),
            ),
            HardCase.ONE_OF_SEVERAL,
        ),
        Action(
            "eyes_glow_red",
            "The eyes of the blue robot turn a deep, glowing red.",
            (Tint("blue robot eyes", to="#ff1f12"), Grow("blue robot eyes", x=1.8, y=1.8)),
            HardCase.FINE_MANIPULATION,
        ),
        Action(
            "red_marches_off",
            "The red robot marches off to the left, its two colleagues stay on the shelf.",
            (
                Leave("red robot", edge=Edge.LEFT, hop=0.015, hops=5),
                Swing("red robot left arm", degrees=14, cycles=1.5),
                Swing("red robot right arm", degrees=14, cycles=1.5),
            ),
            HardCase.ONE_OF_SEVERAL,
        ),
        Action(
            "top_spins",
            "The purple spinning top wobbles to the right; the shelf stays unchanged.",
            (Shift("top", by=(0.20, 0.0)), Swing("top", degrees=13, cycles=1.5)),
            HardCase.STILL_BACKGROUND,
        ),
        Action(
            "heads_nod",
            "All the robots tilt their heads to the same side in unison.",
            tuple(Turn(f"{hue} robot head", degrees=42) for hue in ("red", "green", "blue")),
        ),
        Action(
            "plane_and_dark",
            "The room gets darker as an orange toy plane flies in from the left.",
            (Enter("plane", edge=Edge.LEFT, hop=0.04), Dim(to="#aab6e0", level=0.72)),
            HardCase.TWO_AT_ONCE,
        ),
    ),
)
