"""An aquarium: three fish, a treasure chest with a lid, a snail, water plants."""

import numpy as np

from benchmark.scenes.backdrops import scenery, wash
from benchmark.scenes.colours import darker
from benchmark.scenes.layout import near, pick
from benchmark.scenes.motions import Enter, Fade, Grow, Leave, Shift, Swing, Turn
from benchmark.scenes.outlines import box, curve, ellipse, stroke
from benchmark.scenes.scenes import Action, HardCase, Scenario
from benchmark.scenes.shapes import Part, Shape, flipped, gloss, halo, mark, paint
from benchmark.scenes.states import Edge
from benchmark.scenes.styles import Style


def _fish(colour: str, stripe: str) -> tuple[Shape, ...]:
    """Return a fish that looks to the left."""
    return (
        paint(
            darker(colour, 0.15), curve(".055,0 .085,-.03 .125,-.052 .112,0 .125,.052 .085,.03"), relief=0.012
        ),
        paint(darker(colour, 0.12), curve("-.03,-.045 .01,-.092 .058,-.07 .04,-.035"), relief=0.010),
        gloss(colour, curve("-.095,.004 -.05,-.048 .02,-.056 .075,-.008 .02,.052 -.05,.046"), relief=0.05),
        paint(stripe, curve("-.022,-.052 -.008,0 -.022,.049 -.004,.051 .01,0 -.004,-.055"), relief=0.006),
        paint(stripe, curve(".03,-.049 .044,0 .03,.045 .044,.036 .056,0 .044,-.04"), relief=0.006),
        paint(darker(colour, 0.2), curve("-.02,.01 .028,.016 .018,.042"), relief=0.006),
        mark("white", ellipse(-0.058, -0.010, 0.0135)),
        mark("black", ellipse(-0.061, -0.010, 0.0075)),
        mark("white", ellipse(-0.0635, -0.013, 0.0025)),
    )


def _plants(rng: np.random.Generator, name: str, x: float) -> Part:
    blades = []
    for _ in range(6):
        foot, tall, lean = near(rng, x, 0.05), near(rng, 0.34, 0.10), near(rng, 0.0, 0.05)
        blades.append(
            paint(
                pick(rng, "#3d8f4e", "#5aa845", "#2f7a58"),
                stroke(
                    0.020,
                    [
                        (foot, 0.90),
                        (foot + 0.03, 0.90 - tall * 0.4),
                        (foot - 0.02 + lean, 0.90 - tall * 0.75),
                        (foot + lean, 0.90 - tall),
                    ],
                    taper=0.25,
                ),
                relief=0.008,
            )
        )
    return scenery(name, *blades)


def _chest() -> list[Part]:
    chest = (
        paint("#7b4f2c", box(0, 0, 0.20, 0.095, 0.006), relief=0.012),
        mark("#553317", stroke(0.003, "-.098,.012 .098,.012")),
        gloss("gold", box(-0.075, 0, 0.018, 0.095), box(0.075, 0, 0.018, 0.095), relief=0.006),
    )
    coins = tuple(
        gloss("gold", ellipse(float(x), -0.048, 0.024, 0.014), relief=0.008)
        for x in np.linspace(-0.07, 0.07, 5)
    )
    lid = (
        paint("#8d5b33", curve("0,0 .004,-.04 .05,-.06 .15,-.06 .196,-.04 .2,0 .1,.002"), relief=0.02),
        gloss("gold", box(0.10, -0.005, 0.034, 0.030, 0.006), relief=0.008),
    )
    return [
        Part("coins", coins, at=(0.66, 0.842)),
        Part("chest", chest, at=(0.0, 0.0), parent="coins", shadow=0.0),
        Part("lid", lid, at=(-0.10, -0.046), parent="coins"),
    ]


def _snail() -> tuple[Shape, ...]:
    return (
        paint(
            "#d9b27c",
            curve("-.06,.02 -.058,-.006 -.04,-.004 -.02,.01 .055,.014 .07,.024 0,.026"),
            relief=0.012,
        ),
        mark("#d9b27c", stroke(0.004, "-.052,0 -.062,-.03"), stroke(0.004, "-.045,0 -.046,-.032")),
        gloss("#9a4f6a", ellipse(0.012, -0.014, 0.038, 0.034), relief=0.03),
        mark("#6d3149", stroke(0.005, ".04,-.01 .015,-.036 -.012,-.012 .012,.004 .022,-.012")),
    )


def _turtle() -> tuple[Shape, ...]:
    return (
        paint("#7fa35a", curve(".09,-.01 .13,-.045 .165,-.035 .165,-.008 .13,.008"), relief=0.015),
        paint(
            "#7fa35a",
            curve("-.06,.02 -.1,.07 -.07,.075 -.03,.03"),
            curve(".04,.02 .035,.09 .06,.085 .085,.02"),
            relief=0.01,
        ),
        gloss("#4f7a48", curve("-.11,.015 -.07,-.055 0,-.08 .07,-.055 .11,.015 0,.035"), relief=0.05),
        mark(
            "#365a38",
            stroke(0.004, "-.09,-.02 0,-.012 .09,-.02"),
            stroke(0.004, "-.03,-.07 -.02,.02"),
            stroke(0.004, ".03,-.07 .02,.02"),
        ),
        mark("black", ellipse(0.145, -0.027, 0.005)),
    )


def _backdrop(rng: np.random.Generator, style: Style) -> list[Part]:
    rays = [
        halo("#20505a", ellipse(x, 0.1, 0.10, 0.62))
        for x in (near(rng, 0.15, 0.1), near(rng, 0.5, 0.1), near(rng, 0.9, 0.1))
    ]
    dark = style is Style.NIGHT
    return [
        scenery(
            "water",
            wash("#3f6f9a" if dark else "#5fc0cf", "#2d5580" if dark else "#2a7f9f"),
            *([] if dark else rays),
        ),
        scenery(
            "rocks",
            paint("#6d7f86", curve("-.35,.95 -.25,.66 -.08,.6 .05,.74 .12,.95"), relief=0.06),
            paint("#7c8c90", curve(".85,.95 .95,.76 1.1,.7 1.3,.95"), relief=0.05),
        ),
    ]


def _parts(rng: np.random.Generator, style: Style) -> list[Part]:
    gravel = [
        ellipse(float(x), float(y), float(r), float(r * 0.7))
        for x, y, r in zip(
            rng.uniform(-0.3, 1.3, 120),
            rng.uniform(0.895, 0.99, 120),
            rng.uniform(0.008, 0.020, 120),
            strict=True,
        )
    ]
    tones = ["#c9b48a", "#b79a6d", "#d9caa5", "#a58a63"]
    stones = [paint(tones[i % 4], stone, relief=0.006) for i, stone in enumerate(gravel)]
    bubbles = tuple(
        paint("#e6f7fb", ellipse(x, y, r), ellipse(x, y, r * 0.72), relief=0.004)
        for x, y, r in ((0, 0, 0.018), (0.02, 0.05, 0.012), (-0.016, 0.09, 0.015), (0.008, 0.13, 0.010))
    )
    return [
        *_backdrop(rng, style),
        _plants(rng, "plants left", near(rng, 0.18)),
        scenery("gravel", wash("#c2ab80", "#94794f", 0.885, 1.1), *stones),
        Part("bubbles", bubbles, at=(0.66, 0.62), opacity=0.0),
        *_chest(),
        Part("snail", _snail(), at=(near(rng, 0.36), 0.895)),
        Part("orange fish", _fish("orange", "white"), at=(near(rng, 0.30), near(rng, 0.27)), scale=1.1),
        Part("blue fish", _fish("blue", "#f4d35e"), at=(near(rng, 0.66), near(rng, 0.36)), scale=1.0),
        Part("pink fish", _fish("pink", "#b8436f"), at=(near(rng, 0.42), near(rng, 0.58)), scale=0.85),
        _plants(rng, "plants right", near(rng, 0.98)),
        Part("turtle", flipped(_turtle()), at=(0.72, 0.16), entrant=True),
    ]


SCENARIO = Scenario(
    "aquarium",
    _parts,
    (
        Action(
            "blue_rises",
            "The blue fish swims up towards the surface.",
            (Shift("blue fish", by=(-0.06, -0.33)), Turn("blue fish", degrees=38)),
            HardCase.ONE_OF_SEVERAL,
        ),
        Action(
            "chest_opens",
            "The lid of the treasure chest swings open and bubbles stream out.",
            (
                Turn("lid", degrees=-72),
                Fade("bubbles", to=1.0, end=0.4),
                Shift("bubbles", by=(0.02, -0.34), start=0.25),
            ),
            HardCase.FINE_MANIPULATION,
        ),
        Action(
            "snail_crawls",
            "On the gravel the snail crawls slowly to the left; the fish hover in place.",
            (Shift("snail", by=(-0.26, 0.0)),),
            HardCase.STILL_BACKGROUND,
        ),
        Action(
            "orange_leaves",
            "The orange fish darts out of view on the left.",
            (Leave("orange fish", edge=Edge.LEFT), Swing("orange fish", degrees=5, cycles=1)),
            HardCase.ONE_OF_SEVERAL,
        ),
        Action(
            "turtle_enters",
            "A small turtle swims in from the right above the blue fish.",
            (Enter("turtle", edge=Edge.RIGHT, hop=0.05),),
            HardCase.NEW_OBJECT,
        ),
        Action(
            "pink_sinks_orange_swells",
            "The pink fish sinks to the bottom and the orange fish grows rounder, like a balloon.",
            (Shift("pink fish", by=(-0.08, 0.22)), Grow("orange fish", x=1.35, y=1.75)),
            HardCase.TWO_AT_ONCE,
        ),
    ),
)
