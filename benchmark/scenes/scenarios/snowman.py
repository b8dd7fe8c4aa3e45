"""A snowman with a hat and a stick arm, a sledge, three fir trees, a robin."""

import numpy as np

from benchmark.scenes.backdrops import night_sky, rolling, scenery, wash
from benchmark.scenes.layout import near
from benchmark.scenes.motions import Enter, Fall, Grow, Leave, Shift, Swing, Turn, Weather
from benchmark.scenes.outlines import box, curve, ellipse, polygon, stroke
from benchmark.scenes.scenes import Action, HardCase, Scenario
from benchmark.scenes.shapes import Part, Shape, flipped, gloss, luminous, mark, paint, shifted
from benchmark.scenes.states import Edge
from benchmark.scenes.styles import Style


def _snowman_head(snow: str) -> tuple[Shape, ...]:
    return (
        paint(snow, ellipse(0, -0.045, 0.062, 0.060), relief=0.055),
        gloss("orange", polygon("0,-.052 0,-.034 -.062,-.036"), relief=0.008),
        mark(
            "#2b2d33",
            ellipse(-0.022, -0.062, 0.008),
            ellipse(0.020, -0.062, 0.008),
            *(
                ellipse(a, b, 0.0045)
                for a, b in ((-0.028, -0.020), (-0.012, -0.013), (0.006, -0.013), (0.022, -0.020))
            ),
        ),
    )


def _snowman(x: float) -> list[Part]:
    snow = "#f3f6fb"
    body = (
        paint(snow, ellipse(0, 0.085, 0.115, 0.105), relief=0.09),
        paint(snow, ellipse(0, -0.065, 0.082, 0.078), relief=0.07),
        mark("#33363d", *(ellipse(0.0, y, 0.009) for y in (-0.085, -0.050, 0.045, 0.085))),
    )
    arm = (
        paint(
            "#6b4a33",
            stroke(0.026, "0,0 .06,-.035 .12,-.05", taper=0.6),
            stroke(0.014, ".085,-.042 .105,-.075"),
            stroke(0.014, ".09,-.044 .122,-.028"),
            relief=0.004,
        ),
    )
    hat = (
        gloss("#33363f", box(0, -0.050, 0.078, 0.088, 0.006), relief=0.02),
        paint("red", box(0, -0.018, 0.080, 0.020, 0.002), relief=0.006),
        gloss("#33363f", box(0, 0.0, 0.135, 0.016, 0.008), relief=0.008),
    )
    scarf = (
        paint("red", box(0, 0.0, 0.105, 0.030, 0.014), relief=0.012),
        paint("red", stroke(0.028, ".032,.005 .045,.05 .038,.085"), relief=0.010),
        mark("#f2ead8", box(0.043, 0.052, 0.026, 0.006), box(0.040, 0.070, 0.026, 0.006)),
    )
    return [
        Part("snowman", body, at=(x, 0.66), shadow=0.32, ground=0.180),
        Part("left arm", flipped(arm), at=(-0.070, -0.075), parent="snowman"),
        Part("right arm", arm, at=(0.070, -0.075), parent="snowman"),
        Part("head", _snowman_head(snow), at=(0.0, -0.130), parent="snowman"),
        Part("scarf", scarf, at=(0.0, -0.130), parent="snowman"),
        Part("hat", hat, at=(0.0, -0.088), parent="head"),
    ]


def _fir(name: str, x: float, y: float, scale: float) -> Part:
    tiers = [
        curve(
            [
                (0.0, top),
                (-w, foot),
                (-w * 0.5, foot - 0.012),
                (0.0, foot + 0.006),
                (w * 0.5, foot - 0.012),
                (w, foot),
            ]
        )
        for top, foot, w in ((-0.16, 0.02, 0.115), (-0.23, -0.07, 0.092), (-0.30, -0.15, 0.068))
    ]
    caps = [
        curve(
            [
                (0.0, top),
                (-w, foot),
                (-w * 0.4, foot - 0.014),
                (w * 0.2, foot - 0.004),
                (w * 0.7, foot - 0.022),
            ]
        )
        for top, foot, w in ((-0.165, -0.035, 0.062), (-0.235, -0.12, 0.052), (-0.305, -0.205, 0.040))
    ]
    layers: list[Shape] = [paint("#6b4a33", box(0, 0.035, 0.030, 0.06), relief=0.008)]
    for tier, cap in zip(tiers, caps, strict=True):
        layers += [paint("#3f7a5a", tier, relief=0.03), paint("#eef3f9", cap, relief=0.012)]
    return Part(name, tuple(layers), at=(x, y), scale=scale)


def _sledge() -> tuple[Shape, ...]:
    return (
        mark("#8d939c", stroke(0.008, "-.115,.04 .08,.04 .118,.03 .128,0")),
        paint("#7b4f31", box(-0.065, 0.018, 0.012, 0.040), box(0.055, 0.018, 0.012, 0.040), relief=0.004),
        gloss("#b5743e", box(-0.005, -0.006, 0.215, 0.018, 0.006), relief=0.006),
        paint("red", box(-0.03, -0.020, 0.12, 0.018, 0.008), relief=0.008),
    )


def _house() -> tuple[Shape, ...]:
    return (
        paint("#a5673f", box(0, 0, 0.20, 0.15), relief=0.010),
        mark("#7d4a2c", *(box(0, y, 0.20, 0.003) for y in (-0.045, -0.015, 0.015, 0.045))),
        luminous("#ffd98a", box(-0.048, 0.0, 0.045, 0.050, 0.003), box(0.048, 0.0, 0.045, 0.050, 0.003)),
        paint("#a5673f", polygon("-.1,-.072 0,-.135 .1,-.072"), relief=0.008),
        paint("#eef3f9", polygon("-.145,-.05 0,-.17 .145,-.05 .12,-.04 0,-.128 -.12,-.04"), relief=0.016),
    )


def _robin() -> tuple[Shape, ...]:
    return (
        mark("#5b4632", stroke(0.004, "-.004,.03 -.006,.055"), stroke(0.004, ".01,.03 .012,.055")),
        paint(
            "#8a6a4c",
            curve(".1,0 .05,.002 .02,-.045 -.03,-.052 -.048,-.018 -.035,.028 .02,.034"),
            relief=0.025,
        ),
        paint("#e0662f", curve("-.05,-.022 -.02,-.022 -.004,.012 -.02,.032 -.042,.016"), relief=0.015),
        mark("#3a2c20", polygon("-.05,-.028 -.07,-.02 -.048,-.018")),
        mark("black", ellipse(-0.030, -0.032, 0.005)),
    )


def _parts(rng: np.random.Generator, style: Style) -> list[Part]:
    return [
        *(night_sky(rng) if style is Style.NIGHT else [scenery("sky", wash("#8fb3d6", "#f3ddd6"))]),
        scenery(
            "mountains",
            paint(
                "#aebfd8",
                polygon("-.4,.62 -.12,.34 .1,.5 .35,.3 .62,.52 .86,.36 1.4,.62"),
                relief=0.04,
                foot="#d5deeb",
            ),
        ),
        scenery("far snow", rolling(rng, "#e2eaf4", 0.60, 0.012, "#cfdbea")),
        scenery("hut", *shifted(_house(), near(rng, 0.50, 0.03), 0.545)),
        _fir("left fir", near(rng, 0.10), 0.66, 0.95),
        _fir("middle fir", near(rng, 0.73), 0.62, 0.75),
        _fir("right fir", near(rng, 0.92), 0.68, 1.05),
        scenery("snow", rolling(rng, "#e4edf8", 0.715, 0.012, "#c3d3ea")),
        *_snowman(near(rng, 0.38)),
        Part("sledge", _sledge(), at=(near(rng, 0.72), 0.84), shadow=0.28, ground=0.042),
        Part("robin", _robin(), at=(0.62, 0.88), entrant=True, shadow=0.12, ground=0.055),
    ]


SCENARIO = Scenario(
    "snowman",
    _parts,
    (
        Action(
            "waves",
            "The snowman lifts one stick arm and waves hello.",
            (Turn("right arm", degrees=-45, end=0.6), Swing("right arm", degrees=14, cycles=1.5, start=0.3)),
            HardCase.FINE_MANIPULATION,
        ),
        Action(
            "hat_off",
            "The snowman's black hat is blown off his head and sails away to the right.",
            (Shift("hat", by=(0.46, -0.14), hop=0.05), Turn("hat", degrees=110)),
            HardCase.FINE_MANIPULATION,
        ),
        Action(
            "sledge_slides",
            "The sledge slides out of the picture on the right while the snowman stands still.",
            (Leave("sledge", edge=Edge.RIGHT),),
            HardCase.STILL_BACKGROUND,
        ),
        Action("snowfall", "Thick snowflakes begin to fall.", (Fall(weather=Weather.SNOW, count=190),)),
        Action(
            "melts",
            "The snowman melts and sinks down into himself.",
            (Grow("snowman", x=1.25, y=0.45), Shift("snowman", lift=-0.105)),
        ),
        Action(
            "robin_lands",
            "A robin hops in from the right and stops by the sledge, and the snowman's head turns a little.",
            (Enter("robin", edge=Edge.RIGHT, hop=0.05, hops=4), Turn("head", degrees=18)),
            HardCase.TWO_AT_ONCE,
        ),
    ),
)
