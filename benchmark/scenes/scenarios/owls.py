"""Three owls on a branch at dusk, in front of a moon."""

import numpy as np

from benchmark.scenes.backdrops import night_sky, rolling, scenery, wash
from benchmark.scenes.colours import darker, lighter, mixed
from benchmark.scenes.layout import near, pick
from benchmark.scenes.motions import Enter, Leave, Shift, Swing, Turn
from benchmark.scenes.outlines import curve, ellipse, polygon, stroke
from benchmark.scenes.scenes import Action, HardCase, Scenario
from benchmark.scenes.shapes import Part, Shape, flipped, gloss, luminous, mark, paint
from benchmark.scenes.states import Edge
from benchmark.scenes.styles import Style


def _owl_head(colour: str, pale: str) -> tuple[Shape, ...]:
    return (
        paint(
            colour,
            curve(
                "-.078,-.005 -.08,-.075 -.048,-.056 0,-.066 .048,-.056 .08,-.075 .078,-.005 "
                ".042,.04 0,.046 -.042,.04"
            ),
            relief=0.035,
        ),
        paint(pale, ellipse(-0.034, -0.008, 0.036), ellipse(0.034, -0.008, 0.036), relief=0.008),
        mark("#f6c945", ellipse(-0.033, -0.008, 0.024), ellipse(0.033, -0.008, 0.024)),
        mark("black", ellipse(-0.032, -0.008, 0.013), ellipse(0.034, -0.008, 0.013)),
        mark("white", ellipse(-0.036, -0.013, 0.0042), ellipse(0.030, -0.013, 0.0042)),
        gloss("#e0a13a", polygon("-.012,.008 .012,.008 0,.034"), relief=0.008),
    )


def _owl(name: str, colour: str, x: float, y: float, scale: float) -> list[Part]:
    pale = lighter(colour, 0.45)
    feathers = [
        curve([(a - 0.016, b), (a, b + 0.020), (a + 0.016, b), (a, b + 0.006)])
        for b, row in ((0.0, (-0.03, 0.0, 0.03)), (0.030, (-0.018, 0.018)), (0.058, (0.0,)))
        for a in row
    ]
    body = (
        paint(
            "#e0a13a", ellipse(-0.026, 0.118, 0.020, 0.011), ellipse(0.026, 0.118, 0.020, 0.011), relief=0.006
        ),
        paint(
            colour,
            curve("-.082,.04 -.07,-.05 0,-.085 .07,-.05 .082,.04 .052,.112 0,.122 -.052,.112"),
            relief=0.06,
        ),
        paint(pale, curve("-.048,.03 -.03,-.03 .03,-.03 .048,.03 .032,.095 0,.105 -.032,.095"), relief=0.02),
        mark(mixed(colour, pale, 0.4), *feathers),
    )
    wing = (
        paint(darker(colour, 0.22), curve("0,0 .026,.02 .022,.095 0,.135 -.018,.085 -.016,.02"), relief=0.02),
    )
    return [
        Part(name, body, at=(x, y), scale=scale),
        Part(f"{name} left wing", wing, at=(-0.066, -0.035), parent=name, degrees=8),
        Part(f"{name} right wing", flipped(wing), at=(0.066, -0.035), parent=name, degrees=-8),
        Part(f"{name} head", _owl_head(colour, pale), at=(0.0, -0.075), parent=name),
    ]


def _moon() -> tuple[Shape, ...]:
    return (
        luminous("#fbeec3", ellipse(0, 0, 0.088)),
        paint(
            "#e6d5a2",
            ellipse(-0.03, -0.02, 0.020),
            ellipse(0.032, 0.012, 0.014),
            ellipse(-0.008, 0.040, 0.012),
            relief=0.004,
        ),
    )


def _bat() -> tuple[Shape, ...]:
    return (
        paint(
            "#2d2738",
            curve("0,0 -.04,-.045 -.13,-.05 -.105,-.012 -.085,.012 -.06,0 -.035,.022"),
            curve("0,0 .04,-.045 .13,-.05 .105,-.012 .085,.012 .06,0 .035,.022"),
            relief=0.008,
        ),
        paint(
            "#3a3348",
            ellipse(0, 0, 0.022, 0.030),
            polygon("-.02,-.022 -.014,-.048 -.002,-.026"),
            polygon(".02,-.022 .014,-.048 .002,-.026"),
            relief=0.012,
        ),
        mark("#f6c945", ellipse(-0.008, -0.010, 0.0045), ellipse(0.008, -0.010, 0.0045)),
    )


def _parts(rng: np.random.Generator, style: Style) -> list[Part]:
    dusk = [scenery("sky", wash("#51487f", "#f0a97c"))] if style is not Style.NIGHT else night_sky(rng)
    leaves = [
        ellipse(near(rng, x, 0.03), near(rng, y, 0.02), 0.034, 0.015, near(rng, 30, 60))
        for x in np.arange(-0.3, 1.35, 0.085)
        for y in (0.025, 0.065, 0.105)
    ]
    firs = []
    for x in np.arange(-0.28, 1.35, 0.13):
        top, foot = near(rng, 0.55, 0.05), near(rng, float(x), 0.02)
        firs.append(
            paint("#3b4a63", polygon([(foot, top), (foot + 0.11, 1.2), (foot - 0.11, 1.2)]), relief=0.02)
        )
    return [
        *dusk,
        Part("moon", _moon(), at=(near(rng, 0.80, 0.03), near(rng, 0.28))),
        scenery("ridge", rolling(rng, "#6a6390", 0.66, 0.03, "#544f7c")),
        scenery("firs", *firs),
        scenery(
            "branch",
            paint(
                "#6b4a38",
                stroke(0.050, "-.42,.79 .1,.745 .6,.765 1.42,.72", taper=0.7),
                stroke(0.02, ".86,.74 1,.86 1.2,.9", taper=0.4),
                relief=0.02,
            ),
        ),
        scenery(
            "twigs",
            *(paint(pick(rng, "#56754a", "#6b8a4f", "#47663f"), leaf, relief=0.006) for leaf in leaves),
        ),
        *_owl("brown owl", "#9a6a42", near(rng, 0.20, 0.015), 0.625, 1.05),
        *_owl("grey owl", "#8a8f9c", near(rng, 0.48, 0.015), 0.645, 0.9),
        *_owl("white owl", "#ece5d8", near(rng, 0.75, 0.015), 0.620, 1.0),
        Part("bat", _bat(), at=(0.60, 0.30), entrant=True),
    ]


SCENARIO = Scenario(
    "owls",
    _parts,
    (
        Action(
            "grey_tilts_head",
            "The grey owl in the middle tilts its head far to one side.",
            (Turn("grey owl head", degrees=64),),
            HardCase.FINE_MANIPULATION,
        ),
        Action(
            "brown_flaps",
            "The brown owl spreads its wings and flaps them without taking off.",
            (
                Turn("brown owl left wing", degrees=70, end=0.6),
                Turn("brown owl right wing", degrees=-70, end=0.6),
                Swing("brown owl left wing", degrees=12, cycles=1, start=0.3),
                Swing("brown owl right wing", degrees=-12, cycles=1, start=0.3),
            ),
            HardCase.ONE_OF_SEVERAL,
        ),
        Action(
            "white_takes_off",
            "The white owl takes off and disappears over the top of the picture.",
            (
                Leave("white owl", edge=Edge.TOP),
                Turn("white owl left wing", degrees=80, end=0.3),
                Turn("white owl right wing", degrees=-80, end=0.3),
            ),
            HardCase.ONE_OF_SEVERAL,
        ),
        Action(
            "moon_rises",
            "Behind the motionless owls the moon climbs higher and wanders to the left.",
            (Shift("moon", by=(-0.34, -0.16)),),
            HardCase.STILL_BACKGROUND,
        ),
        Action(
            "bat_enters",
            "A bat flits in from the right and hovers above the branch.",
            (Enter("bat", edge=Edge.RIGHT, hop=0.04),),
            HardCase.NEW_OBJECT,
        ),
        Action(
            "heads_turn_together",
            "The two outer owls lean their heads towards each other.",
            (Turn("brown owl head", degrees=42), Turn("white owl head", degrees=-42)),
            HardCase.TWO_AT_ONCE,
        ),
    ),
)
