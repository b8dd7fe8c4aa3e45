"""A chess board seen from the side: pawns in a row, a knight, a king, a queen."""

import numpy as np

from benchmark.scenes.backdrops import band, scenery, wash
from benchmark.scenes.colours import darker, lighter
from benchmark.scenes.layout import near, pick
from benchmark.scenes.motions import Enter, Grow, Shift, Swing, Turn
from benchmark.scenes.outlines import box, curve, ellipse, polygon, stroke
from benchmark.scenes.scenes import Action, HardCase, Scenario
from benchmark.scenes.shapes import Part, Shape, flipped, gloss, halo, mark, paint
from benchmark.scenes.states import Edge
from benchmark.scenes.styles import Style


def _foot(colour: str) -> list[Shape]:
    return [
        gloss(colour, curve("-.046,0 -.044,-.018 0,-.022 .044,-.018 .046,0 0,.01"), relief=0.012),
        gloss(
            colour, curve("-.034,-.016 -.018,-.05 -.014,-.085 .014,-.085 .018,-.05 .034,-.016"), relief=0.02
        ),
        gloss(lighter(colour, 0.1), box(0, -0.086, 0.050, 0.013, 0.006), relief=0.006),
    ]


def _pawn(colour: str) -> tuple[Shape, ...]:
    return (*_foot(colour), gloss(colour, ellipse(0, -0.116, 0.027), relief=0.024))


def _knight(colour: str) -> tuple[Shape, ...]:
    return (
        *_foot(colour)[:1],
        gloss(
            colour,
            curve(
                "-.036,-.016 -.034,-.08 -.022,-.135 0,-.17 .01,-.185 .016,-.16 .048,-.128 "
                ".062,-.098 .048,-.082 .018,-.098 .026,-.06 .036,-.016"
            ),
            relief=0.03,
        ),
        mark(
            darker(colour, 0.5),
            ellipse(0.018, -0.140, 0.005),
            stroke(0.003, ".04,-.092 .052,-.098"),
            stroke(0.004, "-.022,-.13 -.014,-.1 -.02,-.06"),
        ),
    )


def _king(colour: str) -> tuple[Shape, ...]:
    return (
        *_foot(colour),
        gloss(colour, curve("-.014,-.085 -.03,-.155 .03,-.155 .014,-.085"), relief=0.02),
        gloss(lighter(colour, 0.1), box(0, -0.158, 0.066, 0.012, 0.006), relief=0.006),
        gloss(colour, ellipse(0, -0.172, 0.018, 0.014), relief=0.010),
        gloss("gold", box(0, -0.205, 0.010, 0.046, 0.002), box(0, -0.207, 0.034, 0.010, 0.002), relief=0.004),
    )


def _queen(colour: str) -> tuple[Shape, ...]:
    crown = polygon(
        "-.036,-.17 -.02,-.14 -.014,-.178 0,-.145 .014,-.178 .02,-.14 .036,-.17 .026,-.12 -.026,-.12"
    )
    return (
        *_foot(colour),
        gloss(colour, curve("-.014,-.085 -.024,-.128 .024,-.128 .014,-.085"), relief=0.018),
        gloss(colour, crown, relief=0.010),
        gloss(
            "gold",
            ellipse(-0.036, -0.172, 0.006),
            ellipse(-0.014, -0.180, 0.006),
            ellipse(0.014, -0.180, 0.006),
            ellipse(0.036, -0.172, 0.006),
            relief=0.004,
        ),
    )


def _board() -> list[Part]:
    """Return the squares in perspective: rows get lower and wider towards the viewer."""
    edges = 0.60 + 0.36 * np.linspace(0, 1, 8) ** 1.25
    squares = []
    for row in range(7):
        top, foot = float(edges[row]), float(edges[row + 1])
        spread = [0.085 + 0.16 * (y - 0.60) for y in (top, foot)]
        for column in range(-12, 12):
            if (row + column) % 2:
                continue
            (a, b), (c, d) = (((0.5 + (column + k) * s) for k in (0, 1)) for s in spread)
            squares.append(polygon([(a, top), (b, top), (d, foot), (c, foot)]))
    return [
        scenery(
            "board",
            paint("#e2c79a", band(0.60, 0.96), relief=0.003, foot="#d3b380"),
            paint("#6f4a33", *squares, relief=0.003),
        ),
        scenery(
            "rim",
            gloss("#4f3322", band(0.585, 0.602), relief=0.006),
            gloss("#4f3322", band(0.955, 1.1), relief=0.012),
        ),
    ]


def _backdrop(rng: np.random.Generator, style: Style) -> list[Part]:
    books = []
    x = -0.32
    while x < 1.35:
        width, tall = near(rng, 0.042, 0.014), near(rng, 0.21, 0.04)
        books.append(
            paint(
                pick(rng, "#7c4a3f", "#4d6474", "#6d7350", "#8a6a45", "#5c4a63"),
                box(x, 0.33 - tall / 2 + 0.10, width, tall, 0.003),
                relief=0.008,
            )
        )
        x += width + 0.003
    return [
        scenery("study", wash("#8f7a64", "#6a5747")),
        scenery("books", *books),
        scenery(
            "shelf",
            gloss("#5d3f2a", band(0.43, 0.462), relief=0.008),
            paint("#4a3424", band(0.462, 0.50), relief=0.01),
        ),
        *(
            []
            if style is Style.NIGHT
            else [scenery("lamplight", halo("#4a3c20", ellipse(0.3, 0.2, 0.7, 0.5)))]
        ),
        *_board(),
    ]


def _parts(rng: np.random.Generator, style: Style) -> list[Part]:
    ivory, ebony = "#efe0bd", pick(rng, "#4a3730", "#3b3f4d", "#5a2f2c")
    return [
        *_backdrop(rng, style),
        Part(
            "black rook",
            (
                *_foot(ebony),
                gloss(ebony, box(0, -0.115, 0.046, 0.055, 0.004), relief=0.015),
                gloss(
                    ebony, *(box(x, -0.150, 0.016, 0.022, 0.003) for x in (-0.024, 0.0, 0.024)), relief=0.006
                ),
            ),
            at=(0.90, 0.67),
            entrant=True,
            scale=0.95,
            shadow=0.13,
            ground=0.0,
        ),
        Part("black king", _king(ebony), at=(near(rng, 0.30), 0.665), scale=1.05, shadow=0.14),
        Part("black knight", flipped(_knight(ebony)), at=(near(rng, 0.76), 0.675), scale=1.05, shadow=0.14),
        Part("white queen", _queen(ivory), at=(near(rng, 0.50), 0.765), scale=1.2, shadow=0.15),
        Part("left pawn", _pawn(ivory), at=(near(rng, 0.17, 0.01), 0.885), scale=1.3, shadow=0.16),
        Part("middle pawn", _pawn(ivory), at=(near(rng, 0.41, 0.01), 0.895), scale=1.3, shadow=0.16),
        Part("right pawn", _pawn(ivory), at=(near(rng, 0.64, 0.01), 0.890), scale=1.3, shadow=0.16),
        Part("white knight", _knight(ivory), at=(near(rng, 0.86, 0.01), 0.885), scale=1.3, shadow=0.17),
    ]


SCENARIO = Scenario(
    "chess",
    _parts,
    (
        Action(
            "middle_pawn_advances",
            "The middle pawn moves two squares forward, away from us.",
            (Shift("middle pawn", by=(0.015, -0.19)), Grow("middle pawn", x=0.78, y=0.78)),
            HardCase.ONE_OF_SEVERAL,
        ),
        Action(
            "knight_hops",
            "The white knight hops over the pawn next to it.",
            (Shift("white knight", by=(-0.36, 0.0), hop=0.14),),
        ),
        Action(
            "king_falls",
            "The black king wobbles and topples over in defeat.",
            (Turn("black king", degrees=84, start=0.2), Swing("black king", degrees=-6, cycles=1, end=0.3)),
            HardCase.FINE_MANIPULATION,
        ),
        Action(
            "queen_slides",
            "The white queen glides sideways to the right; every other piece keeps its square.",
            (Shift("white queen", by=(0.40, 0.0)),),
            HardCase.STILL_BACKGROUND,
        ),
        Action(
            "rook_enters",
            "A black rook is pushed onto the board from the right.",
            (Enter("black rook", edge=Edge.RIGHT),),
            HardCase.NEW_OBJECT,
        ),
        Action(
            "outer_pawns",
            "Both outer pawns advance together, the one in between remains.",
            (
                Shift("left pawn", by=(0.06, -0.15)),
                Shift("right pawn", by=(-0.02, -0.15)),
                Grow("left pawn", x=0.82, y=0.82),
                Grow("right pawn", x=0.82, y=0.82),
            ),
            HardCase.TWO_AT_ONCE,
        ),
    ),
)
