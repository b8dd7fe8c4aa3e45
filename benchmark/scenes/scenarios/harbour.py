"""A harbour: two sailing boats, a rowing boat, a lighthouse and a buoy."""

import numpy as np

from benchmark.scenes.backdrops import band, rolling, scenery, sky
from benchmark.scenes.colours import darker, lighter
from benchmark.scenes.layout import near
from benchmark.scenes.motions import Bob, Dim, Enter, Fade, Grow, Leave, Shift, Swing
from benchmark.scenes.outlines import box, curve, ellipse, polygon, stroke
from benchmark.scenes.scenes import Action, HardCase, Scenario
from benchmark.scenes.shapes import Part, Shape, gloss, halo, luminous, mark, paint
from benchmark.scenes.states import Edge
from benchmark.scenes.styles import Style


def _sailing_boat(name: str, hull: str, sail: str, x: float, y: float, scale: float) -> Part:
    return Part(
        name,
        (
            paint("#6b4a32", box(0.0, -0.14, 0.011, 0.30, 0.004), relief=0.005),
            paint(sail, curve(".012,-.28 .085,-.15 .125,-.035 .06,-.03 .012,-.035"), relief=0.05),
            paint(lighter(sail, 0.35), curve("-.012,-.25 -.05,-.14 -.092,-.04 -.012,-.035"), relief=0.04),
            paint("#8d5d3a", box(0.0, -0.018, 0.06, 0.03, 0.01), relief=0.01),
            gloss(hull, curve("-.135,-.012 0,-.004 .14,-.016 .1,.04 0,.05 -.095,.04")),
            mark("#f4ecd8", stroke(0.006, "-.125,0 0,.01 .13,-.002")),
        ),
        at=(x, y),
        scale=scale,
    )


def _lighthouse() -> tuple[Shape, ...]:
    tower = polygon("-.042,0 .042,0 .028,-.3 -.028,-.3")
    stripes = [
        paint("red", polygon([(-a, y), (a, y), (a - 0.003, y - 0.05), (-a + 0.003, y - 0.05)]), relief=0.02)
        for y, a in ((-0.04, 0.0400), (-0.15, 0.0352), (-0.25, 0.0305))
    ]
    return (
        paint("#efe8da", tower, relief=0.03),
        *stripes,
        paint("#4d5662", box(0, -0.305, 0.085, 0.014, 0.004), relief=0.005),
        luminous("#fff2bf", box(0, -0.332, 0.038, 0.044, 0.004)),
        paint("#b9372e", polygon("-.032,-.352 .032,-.352 0,-.395"), relief=0.015),
        paint("#5f5a55", curve("-.11,.03 -.08,-.02 0,-.012 .09,-.02 .12,.03 0,.05"), relief=0.03),
    )


def _buoy() -> tuple[Shape, ...]:
    return (
        paint("#3c444d", box(0, -0.058, 0.005, 0.05), relief=0.002),
        luminous("#ffd257", ellipse(0, -0.085, 0.010)),
        gloss("yellow", polygon("-.018,-.035 .018,-.035 .036,.012 -.036,.012"), relief=0.02),
        gloss("#c94f36", curve("-.045,.01 0,.004 .045,.01 .03,.032 -.03,.032")),
    )


def _steamer() -> tuple[Shape, ...]:
    return (
        paint("#39424e", box(0.03, -0.115, 0.036, 0.085, 0.004), relief=0.015),
        paint("red", box(0.03, -0.14, 0.038, 0.022, 0.003), relief=0.012),
        paint("#f0eadc", box(-0.01, -0.06, 0.17, 0.055, 0.008), relief=0.015),
        mark("#4c5b68", *(ellipse(x, -0.06, 0.009) for x in (-0.07, -0.04, -0.01, 0.02, 0.05))),
        gloss("navy", curve("-.17,-.035 0,-.03 .16,-.035 .13,.025 -.12,.025")),
    )


def _parts(rng: np.random.Generator, style: Style) -> list[Part]:
    sea = "#2f7f9e"
    ripples = [
        mark(
            lighter(sea, float(rng.uniform(0.12, 0.4))),
            stroke(0.003 + 0.004 * (y - 0.5), [(x, y), (x + w / 2, y - 0.004), (x + w, y)]),
        )
        for x, y, w in zip(
            rng.uniform(-0.35, 1.25, 60),
            rng.uniform(0.53, 0.98, 60),
            rng.uniform(0.03, 0.10, 60),
            strict=True,
        )
    ]
    return [
        *sky(rng, style, "#78b7dd", "#f6e7cf"),
        scenery("coast", rolling(rng, "#7d98a8", 0.49, 0.03)),
        scenery(
            "sea", paint(lighter(sea, 0.25), band(0.52, 1.1), relief=0.004, foot=darker(sea, 0.2)), *ripples
        ),
        Part("lighthouse", _lighthouse(), at=(near(rng, 0.17), 0.57)),
        Part(
            "beam",
            (halo("#ffe9a6", ellipse(0, 0, 0.30)), halo("#fff6d5", ellipse(0, 0, 0.09))),
            at=(0.0, -0.332),
            parent="lighthouse",
            opacity=0.0,
            glows=True,
        ),
        _sailing_boat("white boat", "#f1ece1", "#e9dfc8", near(rng, 0.50), near(rng, 0.62), 0.8),
        _sailing_boat("red boat", "red", "#f3e3c4", near(rng, 0.74), near(rng, 0.76), 1.15),
        Part("buoy", _buoy(), at=(near(rng, 0.36), near(rng, 0.86))),
        Part("steamer", _steamer(), at=(0.66, 0.58), entrant=True),
    ]


SCENARIO = Scenario(
    "harbour",
    _parts,
    (
        Action(
            "red_sails_left",
            "The red boat sails to the left across the bay while the white one waits.",
            (Shift("red boat", by=(-0.46, -0.02)), Swing("red boat", degrees=3, cycles=1)),
            HardCase.ONE_OF_SEVERAL,
        ),
        Action(
            "white_leaves",
            "The white boat leaves the harbour towards the right.",
            (Leave("white boat", edge=Edge.RIGHT),),
            HardCase.ONE_OF_SEVERAL,
        ),
        Action(
            "buoy_rocks",
            "The little buoy bobs and tips on a wave; nothing else in the scene moves.",
            (Bob("buoy", by=(0, 0.03), cycles=1), Swing("buoy", degrees=20, cycles=1)),
            HardCase.STILL_BACKGROUND,
        ),
        Action(
            "steamer_enters",
            "A dark blue steamer comes into view from the right.",
            (Enter("steamer", edge=Edge.RIGHT),),
            HardCase.NEW_OBJECT,
        ),
        Action(
            "beam_lights",
            "Dusk falls and the lighthouse lamp begins to shine.",
            (Dim(to="#9a96d0", level=0.75), Fade("beam", to=1.0)),
            HardCase.TWO_AT_ONCE,
            needs_daylight=True,
        ),
        Action(
            "red_comes_closer",
            "The red boat heads towards us, getting bigger and bigger.",
            (Grow("red boat", x=1.7, y=1.7), Shift("red boat", by=(-0.10, 0.10))),
        ),
    ),
)
