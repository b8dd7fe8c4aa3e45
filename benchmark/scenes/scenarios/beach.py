"""A beach: a striped ball, a parasol, a crab, a bucket, three shells, a sail at sea."""

import numpy as np

from benchmark.scenes.backdrops import band, scenery, sky
from benchmark.scenes.colours import darker
from benchmark.scenes.layout import near
from benchmark.scenes.motions import Enter, Leave, Shift, Swing, Turn
from benchmark.scenes.outlines import box, curve, ellipse, polygon, star, stroke, wedge
from benchmark.scenes.scenes import Action, HardCase, Scenario
from benchmark.scenes.shapes import Part, Shape, flipped, gloss, mark, paint
from benchmark.scenes.states import Edge
from benchmark.scenes.styles import Style


def _ball() -> tuple[Shape, ...]:
    colours = ("red", "white", "blue", "white", "yellow", "white")
    slices = [paint(colours[i], wedge(0, 0, 0.088, i * 60, i * 60 + 60), relief=0.004) for i in range(6)]
    return (*slices, paint("#f2efe8", ellipse(0, 0, 0.016), relief=0.008))


def _crab() -> list[Part]:
    red = "#d9542f"
    legs = [
        stroke(
            0.008,
            [(s * 0.05, 0.01), (s * (0.085 + 0.012 * i), 0.0 + 0.012 * i), (s * (0.092 + 0.010 * i), 0.045)],
            taper=0.6,
        )
        for s in (-1, 1)
        for i in range(3)
    ]
    body = (
        paint(darker(red, 0.15), *legs, relief=0.004),
        gloss(red, curve("-.072,0 -.045,-.04 0,-.048 .045,-.04 .072,0 .045,.034 -.045,.034"), relief=0.035),
        mark("#7d2a18", stroke(0.004, "-.022,.012 0,.02 .022,.012")),
        paint(
            red, stroke(0.008, "-.02,-.04 -.022,-.066"), stroke(0.008, ".02,-.04 .022,-.066"), relief=0.004
        ),
        mark("white", ellipse(-0.022, -0.072, 0.0115), ellipse(0.022, -0.072, 0.0115)),
        mark("black", ellipse(-0.020, -0.072, 0.006), ellipse(0.024, -0.072, 0.006)),
    )
    claw = (
        paint(red, stroke(0.014, "0,0 .034,-.012 .045,-.042"), relief=0.006),
        gloss(
            red, curve(".036,-.045 .03,-.08 .052,-.098 .046,-.07 .07,-.09 .074,-.06 .055,-.04"), relief=0.015
        ),
    )
    return [
        Part("crab", body, at=(0.30, 0.86), shadow=0.20, ground=0.042),
        Part("right claw", claw, at=(0.055, -0.012), parent="crab"),
        Part("left claw", flipped(claw), at=(-0.055, -0.012), parent="crab"),
    ]


def _parasol(x: float) -> list[Part]:
    pole = (paint("#e9e2d2", box(0, -0.15, 0.013, 0.42, 0.004), relief=0.005),)
    hues = ("#e86a4a", "#f7efdd", "#e86a4a", "#f7efdd", "#e86a4a")
    edges = np.linspace(-0.20, 0.20, 6)
    panels = []
    for hue, a, b in zip(hues, edges[:-1], edges[1:], strict=True):
        panels.append(
            paint(
                hue,
                curve(
                    [
                        (0.0, -0.15),
                        (a * 0.62, -0.105),
                        (a, 0.0),
                        ((a + b) / 2, -0.014),
                        (b, 0.0),
                        (b * 0.62, -0.105),
                    ]
                ),
                relief=0.018,
            )
        )
    return [
        Part("parasol", pole, at=(x, 0.70), degrees=6, shadow=0.30, ground=0.06),
        Part(
            "canopy",
            (*panels, paint("#c9503a", ellipse(0, -0.152, 0.011), relief=0.006)),
            at=(0.0, -0.25),
            parent="parasol",
        ),
    ]


def _sail() -> tuple[Shape, ...]:
    return (
        gloss("#39506e", curve("-.055,0 .06,0 .045,.022 -.04,.022"), relief=0.008),
        paint("white", curve(".004,-.12 .052,-.03 .06,-.006 .004,-.006"), relief=0.02),
        paint("#f4b942", curve("-.004,-.1 -.042,-.02 -.045,-.006 -.004,-.006"), relief=0.015),
    )


def _bucket() -> tuple[Shape, ...]:
    return (
        mark("#e8e4da", stroke(0.006, "-.052,-.045 0,-.125 .052,-.045")),
        gloss("teal", polygon("-.06,-.055 .06,-.055 .045,.06 -.045,.06"), relief=0.03),
        paint("#24736d", ellipse(0, -0.055, 0.060, 0.012), relief=0.004),
        paint("#f4c534", star(0, 0.0, 0.026), relief=0.006),
    )


def _gull() -> tuple[Shape, ...]:
    return (
        paint("#f4f4f0", curve("0,0 -.05,-.04 -.13,-.048 -.07,-.012 -.02,.02"), relief=0.012),
        paint("#e6e8e8", curve("0,0 .05,-.05 .13,-.068 .08,-.018 .03,.018"), relief=0.012),
        paint("#fbfbf8", ellipse(0.0, 0.010, 0.050, 0.018, 8), relief=0.015),
        mark("orange", polygon(".048,.012 .072,.02 .046,.022")),
        mark("black", ellipse(0.036, 0.010, 0.0035)),
    )


def _backdrop(rng: np.random.Generator, style: Style) -> list[Part]:
    grains = [
        ellipse(float(x), float(y), 0.0025, 0.0018)
        for x, y in zip(rng.uniform(-0.3, 1.3, 160), rng.uniform(0.66, 0.99, 160), strict=True)
    ]
    foam = curve(
        [
            *(
                (float(x), 0.605 + 0.012 * float(np.sin(9 * x + rng.uniform(0, 1))))
                for x in np.linspace(-0.5, 1.5, 16)
            ),
            (1.6, 0.655),
            (0.5, 0.640),
            (-0.6, 0.655),
        ]
    )
    return [
        *sky(rng, style, "#67b7e4", "#e9f6f2"),
        scenery("sea", paint("#3fa3b8", band(0.46, 0.70), relief=0.003, foot="#7fd0cf")),
        scenery(
            "sand", paint("#ecd6a4", band(0.625, 1.2), relief=0.004, foot="#cfae74"), mark("#c4a068", *grains)
        ),
        scenery("foam", paint("#f4fbfa", foam, relief=0.008)),
    ]


def _parts(rng: np.random.Generator, style: Style) -> list[Part]:
    shells = [
        Part(
            f"{name} shell",
            (
                gloss(colour, curve("0,.028 -.04,-.004 -.03,-.03 0,-.038 .03,-.03 .04,-.004"), relief=0.02),
                mark(
                    darker(colour, 0.3),
                    *(stroke(0.0025, [(0.0, 0.024), (a, -0.028)]) for a in (-0.022, -0.008, 0.008, 0.022)),
                ),
            ),
            at=(near(rng, x, 0.012), near(rng, y, 0.008)),
            shadow=0.09,
            ground=0.026,
        )
        for name, colour, x, y in (
            ("pink", "pink", 0.60, 0.92),
            ("white", "#f6efe3", 0.74, 0.95),
            ("brown", "#a9744c", 0.88, 0.915),
        )
    ]
    return [
        *_backdrop(rng, style),
        Part("sail", _sail(), at=(near(rng, 0.24, 0.03), 0.475)),
        *_parasol(near(rng, 0.74)),
        Part("bucket", _bucket(), at=(near(rng, 0.54), 0.80), shadow=0.16, ground=0.060),
        Part(
            "ball", _ball(), at=(near(rng, 0.17), 0.715), degrees=near(rng, 20, 20), shadow=0.22, ground=0.086
        ),
        *_crab(),
        *shells,
        Part("gull", _gull(), at=(0.46, 0.28), entrant=True),
    ]


SCENARIO = Scenario(
    "beach",
    _parts,
    (
        Action(
            "ball_rolls",
            "The beach ball rolls along the sand to the right.",
            (Shift("ball", by=(0.27, 0.03)), Turn("ball", degrees=175)),
        ),
        Action(
            "crab_snaps",
            "The crab lifts both claws and snaps at the air without leaving its place.",
            (
                Turn("right claw", degrees=-38, end=0.5),
                Turn("left claw", degrees=38, end=0.5),
                Swing("right claw", degrees=10, cycles=1, start=0.4),
                Swing("left claw", degrees=-10, cycles=1, start=0.4),
            ),
            HardCase.FINE_MANIPULATION,
        ),
        Action(
            "white_shell_slides",
            "Only the white shell is dragged to the left; the pink and the brown one stay where they are.",
            (Shift("white shell", by=(-0.40, 0.01)),),
            HardCase.ONE_OF_SEVERAL,
        ),
        Action(
            "parasol_blown",
            "A gust of wind lifts the parasol into the air and carries it off.",
            (
                Shift("parasol", by=(0.0, 0.0), lift=0.20),
                Leave("parasol", edge=Edge.RIGHT, start=0.2),
                Turn("parasol", degrees=25),
            ),
        ),
        Action(
            "gull_and_sail",
            "A gull swoops in from the left while the sailing boat glides along the horizon.",
            (Enter("gull", edge=Edge.LEFT, hop=0.06), Shift("sail", by=(0.36, 0.0))),
            HardCase.TWO_AT_ONCE,
        ),
        Action(
            "crab_walks",
            "Sideways, the crab scuttles out of the frame on the left.",
            (Leave("crab", edge=Edge.LEFT, hop=0.008, hops=6),),
        ),
    ),
)
