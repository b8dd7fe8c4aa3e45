"""A desk by the window: a lamp, a book that opens, a mug and a pencil."""

import numpy as np

from benchmark.scenes.backdrops import floor_boards, scenery, wall, window_frame
from benchmark.scenes.colours import darker, lighter
from benchmark.scenes.layout import near
from benchmark.scenes.motions import Enter, Fade, Shift, Turn
from benchmark.scenes.outlines import box, curve, ellipse, polygon, stroke
from benchmark.scenes.scenes import Action, HardCase, Scenario
from benchmark.scenes.shapes import Part, Shape, gloss, halo, luminous, mark, paint
from benchmark.scenes.states import Edge
from benchmark.scenes.styles import Style


def _lamp(x: float) -> list[Part]:
    arm = stroke(0.014, "0,-.02 -.05,-.17 .02,-.3")
    stand = (
        paint("slate", arm, relief=0.006),
        gloss("teal", curve("-.075,0 -.05,-.028 .05,-.028 .075,0 0,.012"), relief=0.02),
        paint("slate", ellipse(0.02, -0.30, 0.014), relief=0.01),
    )
    shade = (
        luminous("#fff1c4", ellipse(0.108, 0.052, 0.040, 0.030, 30)),
        gloss("teal", curve("0,-.02 .045,-.04 .155,.025 .085,.125 0,.03"), relief=0.04),
    )
    glow = (halo("#ffdf91", ellipse(0.16, 0.17, 0.34)), halo("#fff2c9", ellipse(0.12, 0.09, 0.13)))
    return [
        Part("lamp", stand, at=(x, 0.74), shadow=0.22, ground=0.005),
        Part("lamp head", shade, at=(0.02, -0.30), parent="lamp"),
        Part("lamp light", glow, at=(0.0, 0.0), parent="lamp head", opacity=0.0, glows=True),
    ]


def _book(x: float, cover: str) -> list[Part]:
    pages = (
        paint(darker(cover, 0.2), box(0.105, 0.006, 0.225, 0.05, 0.006), relief=0.006),
        paint("#f5ecd6", box(0.105, 0.0, 0.208, 0.038, 0.003), relief=0.004),
        mark("#cdbf9f", *(stroke(0.0016, [(0.004, y), (0.206, y)]) for y in (-0.009, -0.001, 0.007))),
    )
    lid = (
        gloss(cover, box(0.110, -0.010, 0.228, 0.022, 0.006), relief=0.010),
        paint("gold", box(0.110, -0.010, 0.05, 0.022), relief=0.004),
    )
    return [
        Part("book", pages, at=(x, 0.82), shadow=0.34, ground=0.028),
        Part("cover", lid, at=(-0.005, -0.018), parent="book"),
    ]


def _mug(x: float) -> list[Part]:
    mug = (
        paint(
            darker("orange", 0.1),
            ellipse(0.066, -0.01, 0.034, 0.040),
            ellipse(0.066, -0.01, 0.019, 0.025),
            relief=0.008,
        ),
        gloss("orange", box(0, 0, 0.115, 0.125, 0.022), relief=0.035),
        paint("#5b3a29", ellipse(0, -0.058, 0.052, 0.012), relief=0.004),
        mark(lighter("orange", 0.5), stroke(0.006, "-.052,.028 0,.034 .052,.028")),
    )
    steam = tuple(
        halo("#b9b4aa", ellipse(dx, dy, 0.035, 0.05))
        for dx, dy in ((0, 0), (-0.018, -0.06), (0.016, -0.12), (-0.004, -0.18))
    )
    return [
        Part("mug", mug, at=(x, 0.745), shadow=0.19, ground=0.060),
        Part("steam", steam, at=(0.0, -0.10), parent="mug", opacity=0.0),
    ]


def _pencil() -> tuple[Shape, ...]:
    return (
        gloss("yellow", box(0, 0, 0.18, 0.017, 0.002), relief=0.008),
        paint("#e6c79a", polygon(".09,-.0085 .09,.0085 .122,0"), relief=0.004),
        mark("black", polygon(".112,-.0028 .112,.0028 .123,0")),
        paint("#b8bcc2", box(-0.094, 0, 0.016, 0.018), relief=0.005),
        paint("pink", box(-0.108, 0, 0.020, 0.018, 0.006), relief=0.008),
    )


def _ladybird() -> tuple[Shape, ...]:
    return (
        mark("black", ellipse(0.034, 0, 0.013, 0.015)),
        gloss("red", ellipse(0, 0, 0.034, 0.027), relief=0.02),
        mark(
            "black",
            stroke(0.004, "-.033,0 .033,0"),
            *(
                ellipse(a, b, 0.006)
                for a, b in ((-0.012, -0.013), (0.012, -0.012), (-0.012, 0.013), (0.012, 0.012))
            ),
        ),
    )


def _parts(rng: np.random.Generator, style: Style) -> list[Part]:
    night = style is Style.NIGHT
    room = ["#c9b79c", "#a9bdb4", "#c7a9a0", "#aeb4c9"][int(rng.integers(4))]
    view = ("#152048", "#4c5590") if night else ("#8cc3e6", "#e9f3ea")
    return [
        *wall(rng, room, style),
        scenery("window", *window_frame(near(rng, 0.62, 0.04), 0.27, 0.34, 0.34, *view)),
        scenery("desk top", *floor_boards("#a8744a", 0.70, 4)),
        *_lamp(near(rng, 0.20)),
        *_mug(near(rng, 0.50)),
        *_book(near(rng, 0.62), ["#7b3140", "#2f5d7c", "#4f6b3a"][int(rng.integers(3))]),
        Part(
            "pencil",
            _pencil(),
            at=(near(rng, 0.34), near(rng, 0.90)),
            degrees=near(rng, -8, 8),
            scale=1.6,
            shadow=0.35,
            ground=0.013,
        ),
        Part("ladybird", _ladybird(), at=(0.30, 0.925), scale=1.7, entrant=True, shadow=0.09, ground=0.022),
    ]


SCENARIO = Scenario(
    "desk",
    _parts,
    (
        Action(
            "book_opens",
            "Slowly, the front cover of the book lifts and falls open.",
            (Turn("cover", degrees=-165),),
            HardCase.FINE_MANIPULATION,
        ),
        Action(
            "lamp_on",
            "Someone switches the desk lamp on and warm light fills the corner.",
            (Fade("lamp light", to=1.0),),
        ),
        Action(
            "lamp_nods",
            "The head of the lamp tilts up towards the ceiling.",
            (Turn("lamp head", degrees=-75),),
            HardCase.FINE_MANIPULATION,
        ),
        Action(
            "pencil_turns",
            "The yellow pencil turns and points straight at the mug, the desk stays as it is.",
            (Turn("pencil", degrees=-40), Shift("pencil", by=(0.0, -0.02))),
            HardCase.STILL_BACKGROUND,
        ),
        Action(
            "mug_slides_and_steams",
            "The orange mug slides to the left, and steam starts to rise from it.",
            (Shift("mug", by=(-0.22, 0.02)), Fade("steam", to=0.9)),
            HardCase.TWO_AT_ONCE,
        ),
        Action(
            "ladybird_crawls",
            "A ladybird crawls onto the desk from the left edge.",
            (Enter("ladybird", edge=Edge.LEFT),),
            HardCase.NEW_OBJECT,
        ),
    ),
)
