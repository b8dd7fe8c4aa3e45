"""A kitchen counter: a toaster, a kettle, a bowl to stir, three lemons."""

import numpy as np

from benchmark.scenes.backdrops import band, scenery, wash
from benchmark.scenes.layout import near, pick
from benchmark.scenes.motions import Bob, Enter, Fade, Shift, Swing, Turn
from benchmark.scenes.outlines import box, curve, ellipse, stroke
from benchmark.scenes.scenes import Action, HardCase, Scenario
from benchmark.scenes.shapes import Part, Shape, gloss, halo, mark, paint
from benchmark.scenes.states import Edge
from benchmark.scenes.styles import Style


def _toaster(x: float) -> list[Part]:
    slot = 0.605
    toast = (
        paint("#b9793a", box(0, 0, 0.115, 0.12, 0.022), relief=0.012),
        paint("#e9bd7a", box(0, 0.004, 0.092, 0.098, 0.016), relief=0.008),
        paint(
            "#d29b57", ellipse(-0.02, -0.015, 0.018, 0.012), ellipse(0.024, 0.016, 0.014, 0.010), relief=0.004
        ),
    )
    body = (
        paint("#33373d", box(0, 0.085, 0.20, 0.018, 0.006), relief=0.006),
        gloss("#c9d0d6", box(0, 0, 0.215, 0.165, 0.035), relief=0.05),
        mark("#4a4f56", box(0, -0.078, 0.135, 0.008, 0.003)),
        paint("#8e979f", box(0, 0.045, 0.17, 0.006, 0.002), relief=0.003),
    )
    lever = (gloss("#3a3f46", box(0, 0, 0.036, 0.018, 0.006), relief=0.008),)
    return [
        Part("toast", toast, at=(x, slot + 0.075), shown_in=(-1, 0, 2, slot + 0.004)),
        Part("toaster", body, at=(x, slot + 0.083), shadow=0.30, ground=0.092),
        Part("lever", lever, at=(0.117, 0.03), parent="toaster"),
    ]


def _kettle(x: float) -> list[Part]:
    body = (
        paint("#2f3a42", stroke(0.018, "-.065,-.07 -.02,-.145 .055,-.135 .085,-.06"), relief=0.008),
        gloss("red", curve("-.085,.03 -.125,-.015 -.155,-.055 -.135,-.062 -.1,-.03 -.078,-.02"), relief=0.02),
        gloss(
            "red",
            curve("-.095,.085 -.105,.03 -.07,-.055 0,-.078 .07,-.055 .105,.03 .095,.085 0,.092"),
            relief=0.07,
        ),
        gloss("#2f3a42", ellipse(0, -0.083, 0.018, 0.014), relief=0.01),
        mark("#f3e7d2", stroke(0.005, "-.1,.055 0,.066 .1,.055")),
    )
    steam = tuple(
        halo("#c2bfb8", ellipse(dx, dy, 0.04, 0.055))
        for dx, dy in ((0, 0), (-0.02, -0.06), (0.01, -0.13), (-0.02, -0.20))
    )
    return [
        Part("kettle", body, at=(x, 0.68), shadow=0.26, ground=0.088),
        Part("steam", steam, at=(-0.15, -0.10), parent="kettle", opacity=0.0),
    ]


def _bowl(x: float) -> list[Part]:
    spoon = (
        paint("#a8713f", stroke(0.015, "0,.02 .03,-.1 .062,-.215"), relief=0.006),
        paint("#b98350", ellipse(0.066, -0.228, 0.015, 0.022, 15), relief=0.008),
    )
    bowl = (
        gloss("#3f7fae", curve("-.12,-.055 0,-.05 .12,-.055 .1,.02 .05,.06 -.05,.06 -.1,.02"), relief=0.06),
        mark("#f2ead8", stroke(0.006, "-.112,-.02 0,-.008 .112,-.02")),
        paint("#f6efdc", ellipse(0, -0.056, 0.122, 0.016), relief=0.004),
        paint("#8a5634", ellipse(0, -0.054, 0.105, 0.011), relief=0.004),
    )
    return [
        Part("bowl", bowl, at=(x, 0.83), shadow=0.30, ground=0.062),
        Part("spoon", spoon, at=(0.0, -0.075), parent="bowl"),
    ]


def _lemon() -> tuple[Shape, ...]:
    return (
        gloss(
            "yellow",
            curve(
                "-.062,0 -.048,-.012 -.03,-.034 .02,-.036 .046,-.012 .06,0 .046,.014 .02,.038 "
                "-.03,.036 -.048,.012"
            ),
            relief=0.035,
        ),
        mark(
            "#b98f1d",
            ellipse(0.055, 0.0, 0.005),
            *(
                ellipse(a, b, 0.0022)
                for a, b in ((-0.02, 0.01), (0.01, -0.015), (0.02, 0.016), (-0.01, -0.02), (0.032, -0.002))
            ),
        ),
    )


def _shelf() -> tuple[Shape, ...]:
    return (
        paint("#9c6a41", box(0.52, 0.335, 0.50, 0.022, 0.004), relief=0.006),
        *(
            gloss(colour, box(x, 0.282, 0.060, 0.085, 0.012), relief=0.02)
            for x, colour in ((0.36, "#c9714b"), (0.45, "#5f8f7a"), (0.54, "#d3a64a"))
        ),
        *(paint("#6d4a30", box(x, 0.235, 0.048, 0.016, 0.005), relief=0.006) for x in (0.36, 0.45, 0.54)),
        paint("#e9e4da", ellipse(0.68, 0.278, 0.046), relief=0.015),
        mark("#4f84ae", ellipse(0.68, 0.278, 0.033), ellipse(0.68, 0.278, 0.028)),
    )


def _mouse() -> tuple[Shape, ...]:
    return (
        mark("#b58b8b", stroke(0.006, ".07,.012 .12,0 .15,.02 .19,.008", taper=0.4)),
        paint(
            "#9a938f",
            curve("-.09,.012 -.05,-.028 .02,-.046 .07,-.015 .075,.02 0,.024 -.07,.022"),
            relief=0.03,
        ),
        paint("#c9a3a0", ellipse(-0.036, -0.038, 0.020), relief=0.008),
        mark("black", ellipse(-0.062, -0.010, 0.005), ellipse(-0.092, 0.010, 0.005)),
    )


def _parts(rng: np.random.Generator, _style: Style) -> list[Part]:
    tile = pick(rng, "#dfe7e4", "#e8dcc8", "#cfdde6")
    tiles = [
        box(float(x), float(y), 0.108, 0.108, 0.008)
        for x in np.arange(-0.34, 1.4, 0.116)
        for y in np.arange(0.05, 0.72, 0.116)
    ]
    return [
        scenery("grout", wash("#b9b3a7", "#9c968b")),
        scenery("tiles", *(paint(tile, t, relief=0.006) for t in tiles)),
        scenery("shelf", *_shelf()),
        scenery(
            "counter",
            wash("#c79a69", "#8f6238", 0.705, 1.1),
            paint("#dcb586", band(0.70, 0.722), relief=0.006),
        ),
        *_toaster(near(rng, 0.21)),
        *_kettle(near(rng, 0.78)),
        *_bowl(near(rng, 0.50)),
        Part("left lemon", _lemon(), at=(near(rng, 0.16), near(rng, 0.905, 0.01)), shadow=0.13, ground=0.034),
        Part(
            "middle lemon",
            _lemon(),
            at=(near(rng, 0.30), near(rng, 0.945, 0.01)),
            degrees=-12,
            shadow=0.13,
            ground=0.034,
        ),
        Part(
            "right lemon",
            _lemon(),
            at=(near(rng, 0.80), near(rng, 0.90, 0.01)),
            degrees=14,
            shadow=0.13,
            ground=0.034,
        ),
        Part("mouse", _mouse(), at=(0.62, 0.955), entrant=True, shadow=0.16, ground=0.02),
    ]


SCENARIO = Scenario(
    "kitchen",
    _parts,
    (
        Action(
            "toast_pops",
            "A slice of toast pops up out of the toaster.",
            (Shift("toast", by=(0, -0.105), end=0.7), Shift("lever", by=(0, -0.05), end=0.5)),
            HardCase.NEW_OBJECT,
        ),
        Action(
            "spoon_stirs",
            "The wooden spoon stirs the batter in the bowl, round and round.",
            (Swing("spoon", degrees=22, cycles=1), Bob("spoon", by=(0.04, 0.0), cycles=1)),
            HardCase.FINE_MANIPULATION,
        ),
        Action(
            "middle_lemon_rolls",
            "The lemon in front rolls across the counter to the right while the others lie still.",
            (Shift("middle lemon", by=(0.22, 0.0)), Turn("middle lemon", degrees=200)),
            HardCase.ONE_OF_SEVERAL,
        ),
        Action(
            "kettle_boils",
            "The red kettle comes to the boil, rattling and letting off steam.",
            (Swing("kettle", degrees=5, cycles=4), Fade("steam", to=1.0)),
            HardCase.TWO_AT_ONCE,
        ),
        Action(
            "mouse_scurries",
            "From the right a little mouse scurries into the picture.",
            (Enter("mouse", edge=Edge.RIGHT, hop=0.008, hops=6),),
            HardCase.NEW_OBJECT,
        ),
        Action(
            "kettle_pours",
            "An invisible hand tilts the kettle to the left over the bowl.",
            (Turn("kettle", degrees=-42), Shift("kettle", by=(-0.08, 0.0), lift=0.10)),
        ),
    ),
)
