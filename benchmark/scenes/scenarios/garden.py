"""A flower bed with three tulips, a sunflower, a butterfly, a snail and a watering can."""

import numpy as np

from benchmark.scenes.backdrops import band, rolling, scenery, sky, tufts, wash
from benchmark.scenes.colours import darker, lighter
from benchmark.scenes.layout import near
from benchmark.scenes.motions import Enter, Flap, Grow, Shift, Tint, Turn
from benchmark.scenes.outlines import box, curve, ellipse, polygon, stroke
from benchmark.scenes.scenes import Action, HardCase, Scenario
from benchmark.scenes.shapes import Part, Shape, flipped, gloss, mark, paint
from benchmark.scenes.states import Edge
from benchmark.scenes.styles import Style


def _tulip(name: str, colour: str, x: float, y: float) -> list[Part]:
    stem = (
        paint("#4e8f46", stroke(0.014, "0,0 .006,-.1 0,-.19", taper=0.8), relief=0.005),
        paint(
            "#5aa050",
            curve("0,-.01 -.05,-.07 -.062,-.13 -.026,-.085"),
            curve("0,-.01 .05,-.06 .066,-.11 .028,-.075"),
            relief=0.012,
        ),
    )
    bloom = (
        paint(darker(colour, 0.18), curve("-.022,0 -.03,-.05 0,-.088 .03,-.05 .022,0"), relief=0.02),
        gloss(colour, curve("0,.012 -.04,-.008 -.046,-.052 -.034,-.08 -.008,-.035"), relief=0.025),
        gloss(colour, curve("0,.012 .04,-.008 .046,-.052 .034,-.08 .008,-.035"), relief=0.025),
        gloss(
            lighter(colour, 0.12),
            curve("0,.014 -.026,-.005 -.02,-.045 0,-.062 .02,-.045 .026,-.005"),
            relief=0.025,
        ),
    )
    return [Part(name, stem, at=(x, y)), Part(f"{name} bloom", bloom, at=(0.0, -0.19), parent=name)]


def _sunflower(x: float) -> list[Part]:
    stem = (
        paint("#4f8a3f", stroke(0.020, "0,0 .012,-.2 0,-.4", taper=0.8), relief=0.007),
        paint(
            "#5c9c48",
            curve(".004,-.12 .07,-.17 .12,-.15 .06,-.11"),
            curve(".006,-.22 -.07,-.26 -.115,-.235 -.05,-.2"),
            relief=0.015,
        ),
    )
    petals: list[Shape] = []
    for i in range(16):
        a = i * np.pi / 8
        turn = np.array([[np.cos(a), np.sin(a)], [-np.sin(a), np.cos(a)]])
        petals.append(
            paint(
                "yellow" if i % 2 else "#e8ab22",
                curve("-.016,-.05 -.02,-.085 0,-.122 .02,-.085 .016,-.05") @ turn,
                relief=0.010,
            )
        )
    seeds = [
        ellipse(r * np.cos(k * 2.4), r * np.sin(k * 2.4), 0.0042)
        for k in range(1, 34)
        for r in [0.0085 * np.sqrt(k)]
    ]
    head = (*petals, paint("#5d3a20", ellipse(0, 0, 0.058), relief=0.03), mark("#8d6234", *seeds))
    return [
        Part("sunflower", stem, at=(x, 0.86)),
        Part("sunflower head", head, at=(0.0, -0.41), parent="sunflower"),
    ]


def _butterfly(x: float, y: float) -> list[Part]:
    wing = (
        paint(
            "#3a2d4a",
            curve("0,.01 .025,-.075 .085,-.095 .105,-.05 .06,0 .085,.03 .07,.075 .03,.07"),
            relief=0.012,
        ),
        gloss("blue", curve(".012,-.004 .032,-.064 .08,-.082 .09,-.05 .05,-.008"), relief=0.015),
        gloss("teal", curve(".014,.012 .052,.01 .072,.036 .06,.064 .032,.056"), relief=0.012),
        mark("#f6f0d8", ellipse(0.072, -0.062, 0.008), ellipse(0.055, 0.042, 0.006)),
    )
    body = (
        paint("#2e2638", ellipse(0, 0.0, 0.010, 0.050), ellipse(0, -0.052, 0.0105), relief=0.008),
        mark(
            "#2e2638",
            stroke(0.003, "0,-.06 -.014,-.085 -.026,-.098"),
            stroke(0.003, "0,-.06 .014,-.085 .026,-.098"),
        ),
    )
    return [
        Part("butterfly", body, at=(x, y), degrees=12),
        Part("right wing", wing, at=(0.004, 0.0), parent="butterfly"),
        Part("left wing", flipped(wing), at=(-0.004, 0.0), parent="butterfly"),
    ]


def _can(x: float) -> Part:
    return Part(
        "can",
        (
            paint("#3c7a78", stroke(0.014, ".06,-.06 .13,-.07 .145,.01 .075,.05"), relief=0.006),
            paint(
                "#3c7a78",
                curve("-.06,.03 -.115,-.035 -.165,-.085 -.15,-.098 -.09,-.05 -.05,-.01"),
                relief=0.012,
            ),
            gloss("#54a39f", ellipse(-0.160, -0.094, 0.012, 0.034, -42), relief=0.008),
            gloss("#54a39f", polygon("-.075,-.075 .075,-.075 .088,.085 -.088,.085"), relief=0.05),
            paint("#2c5b59", ellipse(0, -0.075, 0.075, 0.014), relief=0.005),
        ),
        at=(x, 0.80),
        shadow=0.26,
        ground=0.088,
    )


def _bee() -> tuple[Shape, ...]:
    return (
        paint(
            "#dfeaf0",
            ellipse(-0.008, -0.038, 0.020, 0.030, -20),
            ellipse(0.020, -0.036, 0.016, 0.026, 15),
            relief=0.006,
        ),
        gloss("yellow", ellipse(0, 0, 0.046, 0.032), relief=0.025),
        mark(
            "#2b2620",
            box(-0.016, 0, 0.012, 0.058, 0.004),
            box(0.010, 0, 0.012, 0.058, 0.004),
            ellipse(0.034, -0.006, 0.006),
        ),
    )


def _parts(rng: np.random.Generator, style: Style) -> list[Part]:
    pales = [
        polygon([(x - 0.030, 0.74), (x - 0.030, 0.50), (x, 0.465), (x + 0.030, 0.50), (x + 0.030, 0.74)])
        for x in np.arange(-0.32, 1.4, 0.085)
    ]
    clods = [
        ellipse(float(x), float(y), float(r), float(r * 0.6))
        for x, y, r in zip(
            rng.uniform(-0.3, 1.3, 60),
            rng.uniform(0.86, 0.99, 60),
            rng.uniform(0.006, 0.014, 60),
            strict=True,
        )
    ]
    return [
        *sky(rng, style, "#8ac6e8", "#f3f1d8"),
        scenery("hedge", rolling(rng, "#5f9a52", 0.46, 0.02, "#4a7f45")),
        scenery(
            "fence",
            paint("#e3d7bf", band(0.56, 0.585), band(0.67, 0.695), relief=0.004),
            *(paint("#f2e9d6", pale, relief=0.008) for pale in pales),
        ),
        scenery("lawn", wash("#84b455", "#6c9c45", 0.73, 0.87)),
        tufts(rng, "#5f9440", 0.75, 22),
        scenery("bed", rolling(rng, "#7a5638", 0.865, 0.008), paint("#8f6846", *clods, relief=0.004)),
        *_sunflower(near(rng, 0.72)),
        *_tulip("red tulip", "red", near(rng, 0.14), 0.90),
        *_tulip("white tulip", "#f4efe6", near(rng, 0.30), 0.915),
        *_tulip("purple tulip", "purple", near(rng, 0.45), 0.90),
        _can(near(rng, 0.90)),
        *_butterfly(near(rng, 0.40), near(rng, 0.36)),
        Part("bee", _bee(), at=(0.84, 0.56), scale=1.5, entrant=True),
    ]


SCENARIO = Scenario(
    "garden",
    _parts,
    (
        Action(
            "butterfly_flutters",
            "The butterfly flutters its wings and floats over to the sunflower.",
            (
                Shift("butterfly", by=(0.22, -0.02)),
                Flap("right wing", x=0.45, cycles=2),
                Flap("left wing", x=0.45, cycles=2),
            ),
            HardCase.TWO_AT_ONCE,
        ),
        Action(
            "white_tulip_wilts",
            "The white tulip bends over and lets its head hang.",
            (Turn("white tulip", degrees=34), Turn("white tulip bloom", degrees=70)),
            HardCase.ONE_OF_SEVERAL,
        ),
        Action(
            "sunflower_grows",
            "The sunflower's head grows until it is almost twice as large.",
            (Grow("sunflower head", x=1.75, y=1.75),),
        ),
        Action(
            "can_tips",
            "The watering can tips forward towards the flowers, all else stays motionless.",
            (Turn("can", degrees=-40), Shift("can", by=(-0.02, 0.0), lift=0.10)),
            HardCase.FINE_MANIPULATION,
        ),
        Action(
            "bee_arrives",
            "A bee buzzes in from the right and stops beside the sunflower.",
            (Enter("bee", edge=Edge.RIGHT, hop=0.02, hops=2),),
            HardCase.NEW_OBJECT,
        ),
        Action(
            "purple_turns_yellow",
            "The purple tulip's petals change to bright yellow.",
            (Tint("purple tulip bloom", to="#f7d531"),),
            HardCase.ONE_OF_SEVERAL,
        ),
    ),
)
