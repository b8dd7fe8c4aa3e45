"""Space: a rocket, a ringed planet, a small moon, a satellite and an astronaut."""

import numpy as np

from benchmark.scenes.backdrops import night_sky, scenery
from benchmark.scenes.colours import darker, lighter
from benchmark.scenes.layout import near, pick
from benchmark.scenes.motions import Enter, Fade, Grow, Leave, Shift, Swing, Turn
from benchmark.scenes.outlines import Outline, box, curve, ellipse, polygon, stroke, wedge
from benchmark.scenes.scenes import Action, HardCase, Scenario
from benchmark.scenes.shapes import Part, Shape, gloss, halo, luminous, mark, paint
from benchmark.scenes.states import Edge
from benchmark.scenes.styles import Style


def _rocket() -> list[Part]:
    flame = (
        luminous("#f08a2c", curve("-.03,0 -.024,.055 0,.125 .024,.055 .03,0")),
        luminous("#ffe08a", curve("-.017,0 -.012,.035 0,.075 .012,.035 .017,0")),
    )
    hull = (
        gloss("#b63a2f", curve("-.045,.045 -.092,.085 -.088,.135 -.04,.105"), relief=0.015),
        gloss("#b63a2f", curve(".045,.045 .092,.085 .088,.135 .04,.105"), relief=0.015),
        paint("#565d68", polygon("-.03,.105 .03,.105 .037,.132 -.037,.132"), relief=0.008),
        gloss(
            "#eceff2",
            curve("0,-.185 -.04,-.105 -.056,0 -.044,.105 0,.112 .044,.105 .056,0 .04,-.105"),
            relief=0.05,
        ),
        gloss("red", curve("0,-.188 -.026,-.14 -.036,-.11 0,-.102 .036,-.11 .026,-.14"), relief=0.03),
        gloss("#d7a63a", ellipse(0, -0.035, 0.030), relief=0.008),
        luminous("#8fd4ea", ellipse(0, -0.035, 0.021)),
        mark("#b63a2f", stroke(0.006, "-.05,.055 0,.062 .05,.055")),
    )
    return [
        Part("rocket", hull, at=(0.30, 0.60), degrees=14),
        Part("flame", flame, at=(0.0, 0.128), parent="rocket", opacity=0.0),
    ]


def _belt(radius: float, top: float, foot: float) -> Outline:
    """Return a cloud belt around a globe; the belt sags, because the globe leans towards the viewer."""
    across = np.linspace(-1, 1, 25)
    edges = []
    for height in (top, foot):
        width = float(np.sqrt(radius**2 - height**2))
        edges.append(np.stack([across * width, height + 0.012 * (1 - across**2)], axis=1))
    return np.concatenate([edges[0], edges[1][::-1]])


def _half_ring(start: float) -> Outline:
    """Return one half of a planet's ring; the half begins at the angle `start`, in degrees."""
    arc = wedge(0, 0, 1.0, start, start + 180)[1:]
    return np.concatenate([arc * (0.265, 0.070), (arc * (0.200, 0.044))[::-1]])


def _planet(x: float, y: float, colour: str) -> list[Part]:
    bands = [
        paint(tone, _belt(0.153, top, foot), relief=0.006)
        for top, foot, tone in (
            (-0.085, -0.055, lighter(colour, 0.25)),
            (-0.015, 0.030, darker(colour, 0.18)),
            (0.070, 0.095, lighter(colour, 0.2)),
        )
    ]
    ball = (gloss(colour, ellipse(0, 0, 0.155), relief=0.15), *bands)
    return [
        Part("ring behind", (paint("#d9c08f", _half_ring(180), relief=0.006),), at=(x, y), degrees=-16),
        Part("planet", ball, at=(x, y), degrees=-16),
        Part("ring before", (paint("#e8d2a3", _half_ring(0), relief=0.006),), at=(x, y), degrees=-16),
    ]


def _satellite() -> tuple[Shape, ...]:
    cells = [stroke(0.002, [(x, -0.024), (x, 0.024)]) for x in (-0.115, -0.090, -0.065, 0.065, 0.090, 0.115)]
    return (
        mark("#9aa3ad", box(0, 0, 0.14, 0.007)),
        gloss(
            "#3f64a8", box(-0.092, 0, 0.095, 0.054, 0.004), box(0.092, 0, 0.095, 0.054, 0.004), relief=0.006
        ),
        mark("#c5d3ea", *cells),
        gloss("gold", box(0, 0, 0.052, 0.066, 0.008), relief=0.015),
        gloss("#e4e8ec", ellipse(0, 0.046, 0.028, 0.012), relief=0.008),
        mark("#e4e8ec", stroke(0.004, "0,-.03 0,-.07")),
        luminous("#ff7a5c", ellipse(0, -0.072, 0.006)),
    )


def _astronaut() -> list[Part]:
    suit = "#eef0f2"
    body = (
        gloss("#aab2bc", box(0, -0.006, 0.095, 0.090, 0.020), relief=0.02),
        paint(
            suit,
            stroke(0.036, "-.022,.045 -.03,.085 -.024,.12"),
            stroke(0.036, ".022,.045 .034,.08 .03,.118"),
            relief=0.018,
        ),
        paint(suit, stroke(0.030, ".035,-.025 .07,.005 .08,.04"), relief=0.015),
        paint(suit, box(0, 0.006, 0.082, 0.098, 0.030), relief=0.03),
        paint("#d55f3c", box(0, 0.022, 0.040, 0.026, 0.005), relief=0.005),
        gloss(suit, ellipse(0, -0.072, 0.046, 0.044), relief=0.035),
        gloss("#2c4a74", ellipse(0.004, -0.070, 0.033, 0.028), relief=0.020),
    )
    arm = (
        paint(suit, stroke(0.030, "0,0 -.042,.01 -.07,.038"), relief=0.015),
        paint("#d55f3c", ellipse(-0.074, 0.042, 0.016), relief=0.01),
    )
    return [
        Part("astronaut", body, at=(0.58, 0.76), degrees=-10, scale=1.25),
        Part("arm", arm, at=(-0.036, -0.024), parent="astronaut"),
    ]


def _moon() -> tuple[Shape, ...]:
    return (
        gloss("#c9c7c0", ellipse(0, 0, 0.062), relief=0.06),
        paint(
            "#a5a39d",
            ellipse(-0.02, -0.015, 0.014, 0.012),
            ellipse(0.020, 0.016, 0.017, 0.015),
            ellipse(-0.012, 0.030, 0.009),
            ellipse(0.026, -0.022, 0.008),
            relief=0.004,
        ),
    )


def _comet() -> tuple[Shape, ...]:
    return (
        halo("#6f9bd8", ellipse(0, 0, 0.07)),
        paint("#8fb4e6", curve(".02,-.018 -.1,-.03 -.26,-.012 -.1,.012 .02,.018"), relief=0.015),
        luminous("#fdf6df", ellipse(0.012, 0, 0.024)),
    )


def _parts(rng: np.random.Generator, _style: Style) -> list[Part]:
    sky, stars = night_sky(rng)
    mist = [
        halo(
            pick(rng, "#3a2a5c", "#1f3f66", "#4a2748"),
            ellipse(near(rng, x, 0.2), near(rng, y, 0.15), 0.5, 0.28),
        )
        for x, y in ((0.2, 0.3), (0.7, 0.6), (0.9, 0.2))
    ]
    return [
        sky,
        scenery("mist", *mist),
        stars,
        *_planet(near(rng, 0.68, 0.03), near(rng, 0.33), pick(rng, "#c98a55", "#5f8fae", "#9a7bb8")),
        Part("moon", _moon(), at=(near(rng, 0.86), near(rng, 0.68))),
        Part("satellite", _satellite(), at=(near(rng, 0.20), near(rng, 0.20)), degrees=near(rng, -15, 10)),
        *_rocket(),
        *_astronaut(),
        Part("comet", _comet(), at=(0.33, 0.44), entrant=True, degrees=-8),
    ]


SCENARIO = Scenario(
    "space",
    _parts,
    (
        Action(
            "rocket_launches",
            "Its engine ignites and the rocket shoots up and away.",
            (
                Fade("flame", to=1.0, end=0.15),
                Leave("rocket", edge=Edge.TOP, start=0.1),
                Shift("rocket", by=(0.22, 0), start=0.1),
            ),
        ),
        Action(
            "astronaut_waves",
            "The astronaut raises one arm and waves at us, floating in place.",
            (Turn("arm", degrees=70, end=0.7), Swing("arm", degrees=12, cycles=1, start=0.4)),
            HardCase.FINE_MANIPULATION,
        ),
        Action(
            "satellite_tumbles",
            "The satellite tumbles around its own axis against the unmoving stars.",
            (Turn("satellite", degrees=200),),
            HardCase.STILL_BACKGROUND,
        ),
        Action(
            "moon_orbits",
            "The grey moon wanders past the astronaut to the left as the satellite drifts down.",
            (Shift("moon", by=(-0.52, -0.16)), Shift("satellite", by=(0.03, 0.24))),
            HardCase.TWO_AT_ONCE,
        ),
        Action(
            "comet_passes",
            "A comet with a pale blue tail streaks in from the left.",
            (Enter("comet", edge=Edge.LEFT),),
            HardCase.NEW_OBJECT,
        ),
        Action(
            "planet_shrinks",
            "The ringed planet recedes into the distance and becomes tiny.",
            tuple(Grow(part, x=0.35, y=0.35) for part in ("planet", "ring behind", "ring before")),
        ),
    ),
)
