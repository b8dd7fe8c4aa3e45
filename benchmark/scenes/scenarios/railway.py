"""A country railway: three waggons, a signal, a level-crossing barrier."""

import numpy as np

from benchmark.scenes.backdrops import band, rolling, scenery, sky, wash
from benchmark.scenes.colours import darker
from benchmark.scenes.layout import near, pick
from benchmark.scenes.motions import Enter, Fall, Leave, Tint, Turn, Weather
from benchmark.scenes.outlines import box, ellipse, polygon, stroke
from benchmark.scenes.scenes import Action, HardCase, Scenario
from benchmark.scenes.shapes import Part, Shape, gloss, luminous, mark, paint
from benchmark.scenes.states import Edge
from benchmark.scenes.styles import Style


def _wheel() -> tuple[Shape, ...]:
    return (
        paint("#3b4048", ellipse(0, 0, 0.026), relief=0.006),
        mark("#a8adb5", ellipse(0, 0, 0.017), ellipse(0, 0, 0.012)),
        mark("#a8adb5", stroke(0.004, "-.014,0 .014,0"), ellipse(0, 0, 0.005)),
    )


def _waggon(name: str, colour: str, x: float) -> list[Part]:
    body = (
        paint("#33373f", box(0, 0.050, 0.205, 0.016, 0.004), relief=0.005),
        gloss(colour, box(0, -0.005, 0.19, 0.10, 0.008), relief=0.02),
        mark(
            darker(colour, 0.3), *(box(a, -0.005, 0.004, 0.092) for a in (-0.062, -0.031, 0.0, 0.031, 0.062))
        ),
        paint(darker(colour, 0.25), box(0, -0.058, 0.20, 0.014, 0.005), relief=0.005),
    )
    return [
        Part(name, body, at=(x, 0.665)),
        Part(f"{name} front wheel", _wheel(), at=(0.06, 0.068), parent=name),
        Part(f"{name} back wheel", _wheel(), at=(-0.06, 0.068), parent=name),
    ]


def _engine() -> list[Part]:
    body = (
        paint("#2c3038", box(0.0, 0.045, 0.30, 0.022, 0.005), relief=0.006),
        gloss("#2f6b4f", box(0.05, -0.010, 0.19, 0.085, 0.03), relief=0.04),
        gloss("#2f6b4f", box(-0.095, -0.045, 0.10, 0.165, 0.006), relief=0.02),
        paint("#b6d4df", box(-0.095, -0.080, 0.060, 0.050, 0.006), relief=0.004),
        paint("#23272e", box(-0.095, -0.130, 0.125, 0.014, 0.006), relief=0.006),
        gloss("#23272e", polygon(".085,-.05 .115,-.05 .124,-.125 .076,-.125"), relief=0.012),
        gloss("gold", ellipse(0.03, -0.055, 0.020, 0.018), relief=0.012),
        paint("red", polygon(".145,.025 .185,.068 .14,.068"), relief=0.008),
        luminous("#fff0b8", ellipse(0.148, -0.008, 0.014)),
    )
    return [
        Part("engine", body, at=(0.36, 0.665), entrant=True),
        *(
            Part(f"engine wheel {i}", _wheel(), at=(x, 0.062), parent="engine")
            for i, x in enumerate((-0.11, -0.02, 0.07))
        ),
    ]


def _signal() -> tuple[Shape, ...]:
    return (
        paint("#5a626d", box(0, 0, 0.018, 0.42, 0.004), relief=0.006),
        paint("#3a4048", box(0.0, -0.10, 0.046, 0.085, 0.014), relief=0.008),
        paint("#454c55", box(0, 0.21, 0.075, 0.022, 0.005), relief=0.006),
    )


def _backdrop(rng: np.random.Generator, style: Style) -> list[Part]:
    sleepers = [box(x, 0.772, 0.034, 0.016, 0.003) for x in np.arange(-0.32, 1.36, 0.075)]
    trees = []
    for x in (-0.22, -0.05, 0.36, 0.52, 0.93, 1.18):
        tall = near(rng, 0.16, 0.04)
        trees.append(paint("#6b4a30", box(x, 0.60, 0.016, 0.06), relief=0.005))
        trees.append(
            paint(
                pick(rng, "#4e8248", "#5d9150", "#3f7350"),
                ellipse(near(rng, x), 0.58 - tall / 2, 0.055, tall * 0.62),
                relief=0.04,
            )
        )
    return [
        *sky(rng, style, "#86bfe0", "#f7ecd2"),
        scenery("far hills", rolling(rng, "#93b3a0", 0.50, 0.05)),
        scenery("field", rolling(rng, "#9bbb5c", 0.58, 0.015, "#7ba149")),
        scenery("trees", *trees),
        scenery("bank", wash("#a59177", "#8a7760", 0.735, 0.81), wash("#b99f6f", "#8f7a52", 0.81, 1.1)),
        scenery("sleepers", paint("#6b4c35", *sleepers, relief=0.004)),
        scenery("rail", gloss("#9aa2ab", band(0.757, 0.766), relief=0.003)),
    ]


def _parts(rng: np.random.Generator, style: Style) -> list[Part]:
    barrier_post = (
        paint("#e8e2d4", box(0, 0, 0.045, 0.13, 0.008), relief=0.012),
        mark("#c8382d", box(0, 0.025, 0.045, 0.022)),
    )
    stripes = [box(x, 0, 0.045, 0.024) for x in (0.07, 0.16, 0.25, 0.34)]
    return [
        *_backdrop(rng, style),
        *_waggon("red waggon", "red", near(rng, 0.17, 0.01)),
        *_waggon("yellow waggon", "yellow", near(rng, 0.43, 0.01)),
        *_waggon("blue waggon", "blue", near(rng, 0.69, 0.01)),
        *_engine(),
        Part("signal", _signal(), at=(near(rng, 0.90), 0.53)),
        Part("signal lamp", (luminous("#f0382c", ellipse(0, 0, 0.018)),), at=(0.0, -0.10), parent="signal"),
        Part(
            "signal arm",
            (
                gloss("red", box(-0.075, 0, 0.15, 0.036, 0.004), relief=0.008),
                mark("white", box(-0.115, 0, 0.020, 0.036)),
            ),
            at=(0.0, -0.19),
            parent="signal",
        ),
        Part("barrier post", barrier_post, at=(near(rng, 0.16), 0.895), shadow=0.12, ground=0.065),
        Part(
            "barrier",
            (
                gloss("white", box(0.19, 0, 0.42, 0.024, 0.006), relief=0.006),
                mark("#d23a2e", *stripes),
                paint("#525a64", box(-0.035, 0, 0.05, 0.045, 0.006), relief=0.01),
            ),
            at=(0.0, -0.055),
            parent="barrier post",
        ),
    ]


SCENARIO = Scenario(
    "railway",
    _parts,
    (
        Action(
            "blue_rolls_right",
            "The blue waggon comes uncoupled and rolls off to the right, the rest of the train stands.",
            (
                Leave("blue waggon", edge=Edge.RIGHT),
                Turn("blue waggon front wheel", degrees=300),
                Turn("blue waggon back wheel", degrees=300),
            ),
            HardCase.ONE_OF_SEVERAL,
        ),
        Action(
            "barrier_lifts",
            "The red and white barrier lifts high into the air.",
            (Turn("barrier", degrees=-66),),
            HardCase.STILL_BACKGROUND,
        ),
        Action(
            "signal_drops",
            "The arm of the signal drops down and its lamp changes from red to green.",
            (Turn("signal arm", degrees=-58), Tint("signal lamp", to="#37d05c")),
            HardCase.TWO_AT_ONCE,
        ),
        Action(
            "engine_arrives",
            "A green steam engine pulls in from the left in front of the waggons.",
            (Enter("engine", edge=Edge.LEFT), *(Turn(f"engine wheel {i}", degrees=320) for i in range(3))),
            HardCase.NEW_OBJECT,
        ),
        Action(
            "yellow_turns_green",
            "The yellow waggon's paint turns green.",
            (Tint("yellow waggon", to="green"),),
            HardCase.ONE_OF_SEVERAL,
        ),
        Action("snow", "Snow starts falling on the waggons.", (Fall(weather=Weather.SNOW, count=170),)),
    ),
)
