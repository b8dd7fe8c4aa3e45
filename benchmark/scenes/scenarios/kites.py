"""Three kites over a meadow; a prompt moves one of them."""

import numpy as np

from benchmark.scenes.backdrops import rolling, scenery, sky, tufts
from benchmark.scenes.colours import darker, lighter
from benchmark.scenes.layout import near
from benchmark.scenes.motions import Enter, Fall, Leave, Shift, Swing, Tint, Turn, Weather
from benchmark.scenes.outlines import ellipse, polygon, stroke
from benchmark.scenes.scenes import Action, HardCase, Scenario
from benchmark.scenes.shapes import Part, gloss, mark, paint
from benchmark.scenes.states import Edge
from benchmark.scenes.styles import Style


def _kite(colour: str, name: str, x: float, y: float, degrees: float) -> list[Part]:
    cross = darker(colour, 0.35)
    tail = stroke(0.006, "0,.145 .025,.185 -.02,.225 .022,.265 0,.305")
    bows = [
        paint(
            lighter(colour, 0.35), polygon([(0, y), (-0.026, y - 0.013), (-0.026, y + 0.013)]), relief=0.004
        )
        for y in (0.19, 0.24, 0.29)
    ]
    bows += [
        paint(lighter(colour, 0.2), polygon([(0, y), (0.026, y - 0.013), (0.026, y + 0.013)]), relief=0.004)
        for y in (0.19, 0.24, 0.29)
    ]
    sail = [
        gloss(colour, polygon("0,-.12 .095,-.015 0,.15 -.095,-.015"), relief=0.02),
        paint(lighter(colour, 0.28), polygon("0,-.12 0,-.015 -.095,-.015"), relief=0.012),
        paint(lighter(colour, 0.12), polygon("0,.15 0,-.015 .095,-.015"), relief=0.012),
        mark(cross, stroke(0.004, "0,-.12 0,.15"), stroke(0.004, "-.095,-.015 .095,-.015")),
    ]
    return [Part(name, (mark(cross, tail), *bows, *sail), at=(x, y), degrees=degrees)]


def _bird() -> Part:
    wings = stroke(0.012, "-.055,-.02 -.022,-.028 0,0", taper=0.9)
    other = stroke(0.012, ".055,-.02 .022,-.028 0,0", taper=0.9)
    body = ellipse(0, 0.003, 0.016, 0.009)
    return Part(
        "bird",
        (paint("#3d4452", wings, relief=0.004), paint("#3d4452", other, body, relief=0.004)),
        at=(0.34, 0.56),
        scale=2.0,
        entrant=True,
    )


def _parts(rng: np.random.Generator, style: Style) -> list[Part]:
    hills = [
        scenery("far hills", rolling(rng, "#86ab8f", 0.70, 0.05, "#9fc09a")),
        scenery("near hills", rolling(rng, "#6fa35a", 0.80, 0.03)),
        scenery("meadow", rolling(rng, "#5b9448", 0.89, 0.015)),
        tufts(rng, "#4f8a3f", 0.90, 34),
    ]
    return [
        *sky(rng, style),
        *hills,
        *_kite("red", "red kite", near(rng, 0.24), near(rng, 0.30), near(rng, 18, 6)),
        *_kite("yellow", "yellow kite", near(rng, 0.52), near(rng, 0.22), near(rng, 8, 6)),
        *_kite("blue", "blue kite", near(rng, 0.78), near(rng, 0.34), near(rng, -12, 6)),
        _bird(),
    ]


SCENARIO = Scenario(
    "kites",
    _parts,
    (
        Action(
            "red_sinks",
            "The red kite loses the wind and sinks towards the grass.",
            (Shift("red kite", by=(0.02, 0.36)), Turn("red kite", degrees=30)),
            HardCase.ONE_OF_SEVERAL,
        ),
        Action(
            "blue_leaves",
            "The blue kite tears loose and flies out of the picture on the right.",
            (
                Leave("blue kite", edge=Edge.RIGHT),
                Shift("blue kite", by=(0, -0.16)),
                Turn("blue kite", degrees=50),
            ),
            HardCase.ONE_OF_SEVERAL,
        ),
        Action(
            "yellow_turns_over",
            "Only the yellow kite turns upside down, the other two hang still.",
            (Turn("yellow kite", degrees=170),),
            HardCase.ONE_OF_SEVERAL,
        ),
        Action(
            "all_sway",
            "All three kites sway from side to side in the breeze.",
            (
                Swing("red kite", degrees=17, cycles=1),
                Swing("yellow kite", degrees=-16, cycles=1),
                Swing("blue kite", degrees=18, cycles=1),
            ),
        ),
        Action(
            "bird_enters",
            "A bird glides in from the left and passes below the kites.",
            (Enter("bird", edge=Edge.LEFT, hop=0.04),),
            HardCase.NEW_OBJECT,
        ),
        Action("red_turns_purple", "The red kite gradually turns purple.", (Tint("red kite", to="purple"),)),
        Action(
            "rain", "Heavy rain begins to pour over the meadow.", (Fall(weather=Weather.RAIN, count=160),)
        ),
    ),
)
