"""Hot-air balloons over a river valley."""

import numpy as np

from benchmark.scenes.backdrops import rolling, scenery, sky
from benchmark.scenes.colours import darker
from benchmark.scenes.layout import near, pick
from benchmark.scenes.motions import Dim, Enter, Grow, Leave, Shift
from benchmark.scenes.outlines import box, curve, ellipse, polygon, stroke
from benchmark.scenes.scenes import Action, HardCase, Scenario
from benchmark.scenes.shapes import Part, Shape, gloss, mark, paint
from benchmark.scenes.states import Edge
from benchmark.scenes.styles import Style


def _gore(colour: str, left: float, right: float) -> Shape:
    """Return one vertical strip of the balloon; `left` and `right` are the edges at the widest height."""
    down = ((0.75, -0.105), (1.0, -0.045), (0.82, 0.025), (0.34, 0.086))
    near_side = [(left * share, y) for share, y in down]
    far_side = [(right * share, y) for share, y in reversed(down)]
    return paint(colour, curve([(0.0, -0.138), *near_side, *far_side]), relief=0.012)


def _balloon(name: str, first: str, second: str, x: float, y: float, scale: float) -> Part:
    outline = curve(
        "0,-.14 -.075,-.115 -.115,-.045 -.095,.025 -.038,.088 .038,.088 .095,.025 .115,-.045 .075,-.115"
    )
    gores = [_gore(second, a, b) for a, b in ((-0.088, -0.050), (-0.018, 0.018), (0.050, 0.088))]
    return Part(
        name,
        (
            mark(
                "#5b4632",
                stroke(0.003, "-.034,.085 -.02,.135"),
                stroke(0.003, ".034,.085 .02,.135"),
                stroke(0.003, "-.012,.088 -.008,.135"),
                stroke(0.003, ".012,.088 .008,.135"),
            ),
            gloss(first, outline, relief=0.10),
            *gores,
            paint(darker(first, 0.3), curve("-.038,.084 0,.08 .038,.084 .03,.096 -.03,.096"), relief=0.006),
            paint("#9a6a3c", box(0, 0.150, 0.052, 0.040, 0.008), relief=0.012),
            mark("#6d4726", stroke(0.0025, "-.025,.146 .025,.146"), stroke(0.0025, "-.025,.157 .025,.157")),
            paint("#c48a50", box(0, 0.132, 0.058, 0.008, 0.003), relief=0.004),
        ),
        at=(x, y),
        scale=scale,
    )


def _backdrop(rng: np.random.Generator, style: Style) -> list[Part]:
    river = curve(
        ".62,.7 .52,.745 .6,.79 .44,.86 .5,.94 .3,1.08 .62,1.08 .66,.94 .58,.87 .7,.79 .58,.745 .65,.7"
    )
    trees = [
        paint(
            pick(rng, "#4b7d45", "#5d8f4a", "#3f6f4c"),
            ellipse(float(x), float(y), float(0.012 + 0.03 * (y - 0.7)), float(0.017 + 0.04 * (y - 0.7))),
            relief=0.01,
        )
        for x, y in sorted(
            zip(rng.uniform(-0.3, 1.3, 46), rng.uniform(0.74, 0.97, 46), strict=True),
            key=lambda spot: spot[1],
        )
        if not 0.38 < x < 0.72
    ]
    peaks = [
        polygon([(near(rng, x, 0.03) - w, 0.72), (near(rng, x, 0.02), 0.60 - h), (x + w, 0.72)])
        for x, w, h in (
            (-0.1, 0.26, 0.12),
            (0.22, 0.24, 0.06),
            (0.55, 0.28, 0.13),
            (0.92, 0.26, 0.08),
            (1.22, 0.25, 0.13),
        )
    ]
    return [
        *sky(rng, style, "#79aee0", "#fbe3c8", clouds=3),
        scenery("peaks", *(paint("#8e9cc0", peak, relief=0.03, foot="#c3bccb") for peak in peaks)),
        scenery("ridge", rolling(rng, "#7fa178", 0.69, 0.02)),
        scenery("valley", rolling(rng, "#93b75f", 0.735, 0.012, "#64903f")),
        scenery("river", gloss("#6fb3d2", river, relief=0.012)),
        scenery("wood", *trees),
    ]


def _parts(rng: np.random.Generator, style: Style) -> list[Part]:
    return [
        *_backdrop(rng, style),
        _balloon("small balloon", "#f2ead6", "#4f8f8b", near(rng, 0.80), near(rng, 0.52), 0.62),
        _balloon("red balloon", "red", "#f3d9a4", near(rng, 0.28), near(rng, 0.40), 1.12),
        _balloon("purple balloon", "purple", "#f0b7c9", near(rng, 0.62), near(rng, 0.25), 0.92),
        Part(
            "geese",
            tuple(
                paint(
                    "#4a4f5c",
                    stroke(0.010, [(x - 0.040, y - 0.016), (x - 0.016, y - 0.020), (x, y)], taper=0.8),
                    stroke(0.010, [(x + 0.040, y - 0.016), (x + 0.016, y - 0.020), (x, y)], taper=0.8),
                    relief=0.003,
                )
                for x, y in ((0.10, 0.0), (0.02, -0.035), (0.02, 0.035), (-0.06, -0.070), (-0.06, 0.070))
            ),
            at=(0.32, 0.56),
            entrant=True,
        ),
    ]


SCENARIO = Scenario(
    "hot_air",
    _parts,
    (
        Action(
            "red_rises",
            "The big red balloon rises until it leaves the top of the frame.",
            (Leave("red balloon", edge=Edge.TOP),),
            HardCase.ONE_OF_SEVERAL,
        ),
        Action(
            "small_comes_near",
            "The smallest balloon floats closer to the camera and swells in size.",
            (Grow("small balloon", x=2.1, y=2.1), Shift("small balloon", by=(-0.03, 0.06))),
            HardCase.ONE_OF_SEVERAL,
        ),
        Action(
            "purple_lands",
            "Gently, the purple balloon comes down to land in the valley.",
            (Shift("purple balloon", by=(0.05, 0.46)),),
        ),
        Action(
            "cross",
            "The red balloon drifts right and the purple one drifts left, crossing in mid-air.",
            (Shift("red balloon", by=(0.38, 0.02)), Shift("purple balloon", by=(-0.36, -0.02))),
            HardCase.TWO_AT_ONCE,
        ),
        Action(
            "geese_pass",
            "Five wild geese in formation fly in from the left, below the red balloon.",
            (Enter("geese", edge=Edge.LEFT),),
            HardCase.NEW_OBJECT,
        ),
        Action(
            "night_falls",
            "Night falls over the valley, the balloons hang in the same spot.",
            (Dim(to="#8794dc", level=0.72),),
            HardCase.STILL_BACKGROUND,
            needs_daylight=True,
        ),
    ),
)
