"""A street in front of painted houses: two cars, a scooter, a traffic light, a bus outside the image."""

import numpy as np

from benchmark.scenes.backdrops import band, scenery, sky, wash
from benchmark.scenes.colours import darker
from benchmark.scenes.layout import near
from benchmark.scenes.motions import Dim, Enter, Fall, Leave, Shift, Tint, Turn, Weather
from benchmark.scenes.outlines import box, curve, ellipse, polygon, stroke
from benchmark.scenes.scenes import Action, HardCase, Scenario
from benchmark.scenes.shapes import Part, Shape, gloss, luminous, mark, paint
from benchmark.scenes.states import Edge
from benchmark.scenes.styles import Style


def _tyre() -> tuple[Shape, ...]:
    return (
        paint("#2a2c31", ellipse(0, 0, 0.038), relief=0.012),
        gloss("#c5cad0", ellipse(0, 0, 0.021), relief=0.008),
        mark(
            "#6b7179", *(ellipse(0.012 * c, 0.012 * s, 0.004) for c, s in ((1, 0), (-1, 0), (0, 1), (0, -1)))
        ),
    )


def _car(name: str, colour: str, x: float, y: float) -> list[Part]:
    body = (
        paint("#2a2c31", box(0, 0.035, 0.26, 0.02, 0.008), relief=0.006),
        gloss(
            darker(colour, 0.05),
            curve("-.095,-.03 -.065,-.09 0,-.102 .055,-.09 .095,-.03 0,-.02"),
            relief=0.03,
        ),
        paint(
            "#bfdfe8",
            curve("-.078,-.034 -.055,-.08 -.008,-.086 -.008,-.034"),
            curve(".006,-.034 .006,-.086 .046,-.079 .076,-.034"),
            relief=0.008,
        ),
        gloss(
            colour,
            curve("-.145,.03 -.148,-.014 -.1,-.036 0,-.04 .09,-.036 .145,-.012 .15,.03 0,.038"),
            relief=0.035,
        ),
        luminous("#fff1b8", ellipse(0.138, -0.004, 0.012, 0.010)),
        luminous("#e0463a", box(-0.141, -0.004, 0.012, 0.018, 0.004)),
        mark(darker(colour, 0.4), stroke(0.003, "-.002,-.036 -.004,.028"), box(0.018, -0.012, 0.022, 0.004)),
    )
    return [
        Part(name, body, at=(x, y), shadow=0.34, ground=0.078),
        *(
            Part(f"{name} wheel {i}", _tyre(), at=(a, 0.040), parent=name)
            for i, a in enumerate((-0.085, 0.088))
        ),
    ]


def _bus() -> list[Part]:
    panes = [box(x, -0.085, 0.062, 0.062, 0.008) for x in (-0.17, -0.095, -0.02, 0.055)]
    body = (
        gloss("teal", box(0, -0.055, 0.46, 0.185, 0.026), relief=0.03),
        paint("#f4ecd8", box(0, -0.020, 0.455, 0.022, 0.004), relief=0.004),
        paint("#c4e2ea", *panes, box(0.175, -0.065, 0.082, 0.105, 0.010), relief=0.006),
        luminous("#fff1b8", ellipse(0.215, 0.018, 0.013)),
    )
    return [
        Part("bus", body, at=(0.27, 0.745), entrant=True, shadow=0.55, ground=0.085),
        *(Part(f"bus wheel {i}", _tyre(), at=(a, 0.045), parent="bus") for i, a in enumerate((-0.14, 0.14))),
    ]


def _house(rng: np.random.Generator, name: str, x: float, colour: str, style: Style) -> Part:
    tall = near(rng, 0.36, 0.05)
    top = 0.64 - tall
    glass = "#ffd98a" if style is Style.NIGHT else "#b9d5df"
    panes = [box(x + dx, top + dy, 0.044, 0.062, 0.003) for dx in (-0.062, 0.062) for dy in (0.075, 0.185)]
    kind = luminous if style is Style.NIGHT else paint
    return scenery(
        name,
        paint(colour, box(x, 0.64 - tall / 2, 0.235, tall, 0.003), relief=0.008),
        paint(
            "#9c4f3a",
            polygon(
                [
                    (x - 0.135, top + 0.004),
                    (x + 0.135, top + 0.004),
                    (x + 0.085, top - 0.085),
                    (x - 0.085, top - 0.085),
                ]
            ),
            relief=0.015,
        ),
        paint(
            "#f5eddd",
            *(box(x + dx, top + dy, 0.058, 0.076, 0.003) for dx in (-0.062, 0.062) for dy in (0.075, 0.185)),
            relief=0.004,
        ),
        kind(glass, *panes),
        paint("#6b4a33", box(x, 0.595, 0.055, 0.095, 0.005), relief=0.008),
    )


def _scooter() -> tuple[Shape, ...]:
    return (
        paint("#2b2e34", ellipse(-0.060, 0.045, 0.026), ellipse(0.068, 0.045, 0.026), relief=0.010),
        gloss(
            "purple",
            curve("-.085,.022 -.07,-.015 -.02,-.018 0,.025 .038,.028 .052,-.03 .066,-.028 .06,.04 -.05,.044"),
            relief=0.015,
        ),
        paint(
            "#2b2e34",
            curve("-.078,-.015 -.04,-.03 -.006,-.02 -.03,-.012"),
            stroke(0.008, ".056,-.03 .048,-.075 .03,-.085"),
            relief=0.006,
        ),
        luminous("#fff1b8", ellipse(0.064, -0.05, 0.010)),
    )


def _parts(rng: np.random.Generator, style: Style) -> list[Part]:
    colours = ["#d98f6a", "#e5c27a", "#9db98f", "#8fb0c4", "#d2a3a8", "#c9b08c", "#a7a3c4"]
    turn = int(rng.integers(7))
    houses = [_house(rng, f"house{i}", -0.22 + 0.245 * i, colours[(i + turn) % 7], style) for i in range(7)]
    dashes = [box(x, 0.885, 0.085, 0.009, 0.002) for x in np.arange(-0.3, 1.4, 0.17)]
    light = (
        paint("#4a525c", box(0, 0.13, 0.016, 0.26, 0.003), relief=0.006),
        paint("#30353c", box(0, -0.055, 0.066, 0.165, 0.016), relief=0.010),
    )
    return [
        *sky(rng, style, "#8fc3e2", "#f6ead4"),
        *houses,
        scenery(
            "pavement",
            wash("#c4beb2", "#a59f94", 0.635, 0.72),
            paint("#d8d2c6", band(0.712, 0.726), relief=0.004),
        ),
        scenery("road", wash("#6e737b", "#4c5159", 0.724, 1.1), paint("#e9e4d6", *dashes, relief=0.002)),
        Part("light", light, at=(near(rng, 0.50), 0.40), scale=1.3),
        Part("top lamp", (luminous("#f03a2e", ellipse(0, 0, 0.020)),), at=(0.0, -0.105), parent="light"),
        Part("middle lamp", (luminous("#5b4a22", ellipse(0, 0, 0.020)),), at=(0.0, -0.055), parent="light"),
        Part("bottom lamp", (luminous("#1f4a2c", ellipse(0, 0, 0.020)),), at=(0.0, -0.005), parent="light"),
        *_bus(),
        *_car("red car", "red", near(rng, 0.21), 0.77),
        *_car("yellow car", "yellow", near(rng, 0.76), 0.775),
        Part("scooter", _scooter(), at=(near(rng, 0.40), 0.91), shadow=0.20, ground=0.072),
    ]


SCENARIO = Scenario(
    "street",
    _parts,
    (
        Action(
            "yellow_drives_off",
            "The yellow car drives off to the right; the red car stays parked.",
            (
                Leave("yellow car", edge=Edge.RIGHT),
                *(Turn(f"yellow car wheel {i}", degrees=300) for i in (0, 1)),
            ),
            HardCase.ONE_OF_SEVERAL,
        ),
        Action(
            "light_turns_green",
            "The traffic light switches from red to green and the street stays empty of movement.",
            (Tint("top lamp", to="#4a1d1a"), Tint("bottom lamp", to="#3be06a")),
            HardCase.STILL_BACKGROUND,
        ),
        Action(
            "bus_comes",
            "A teal bus pulls in from the left.",
            (
                Enter("bus", edge=Edge.LEFT),
                Turn("bus wheel 0", degrees=360),
                Turn("bus wheel 1", degrees=360),
            ),
            HardCase.NEW_OBJECT,
        ),
        Action(
            "scooter_turns_back",
            "The purple scooter rolls backwards until it leaves the road on the left.",
            (Leave("scooter", edge=Edge.LEFT),),
        ),
        Action(
            "red_meets_yellow",
            "The red car creeps forward to the middle as the yellow car backs towards it.",
            (
                Shift("red car", by=(0.16, 0)),
                Shift("yellow car", by=(-0.10, 0)),
                *(Turn(f"red car wheel {i}", degrees=240) for i in (0, 1)),
                *(Turn(f"yellow car wheel {i}", degrees=-150) for i in (0, 1)),
            ),
            HardCase.TWO_AT_ONCE,
        ),
        Action(
            "rain",
            "Rain sweeps down the street.",
            (Fall(weather=Weather.RAIN, count=180), Dim(to="#b9c4d6", level=0.86)),
        ),
    ),
)
