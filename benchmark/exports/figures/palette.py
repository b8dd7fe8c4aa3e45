"""Defines the colours of figures. The figures and the light theme of the results page have the same colours.

Blue marks the reference and amber marks the other side. Blue and amber are distinguishable under protanopia,
deuteranopia and tritanopia, and in greyscale (tested). A figure never shows information by colour alone.
"""

INK = "#161616"
QUIET = "#484848"
HAIRLINE = "#cbcbcb"
PAPER = "#ffffff"
REFERENCE = "#245a9e"
OTHER = "#d3821b"
REFERENCE_TEXT = "#1d4d8a"
OTHER_TEXT = "#854900"

# The heat scale, from a clear win of the other side (-3) to a clear win of the reference (3).
HEAT = {
    -3: "#d3821b",
    -2: "#ecb878",
    -1: "#f8e2c8",
    0: "#efefef",
    1: "#cfdeef",
    2: "#8fb2d9",
    3: "#245a9e",
}


def text_colour(step: int) -> str:
    """Return the colour of text on the background colour of a heat-scale step."""
    return PAPER if step == 3 else INK
