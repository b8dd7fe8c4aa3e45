"""The colours of figures: the light theme of the results page (app/static/css/tokens.css).

Blue stands for the reference and amber for the other side. The two stay apart under protanopia, deuteranopia
and tritanopia, and in grey print (a test holds both); no number is told by colour alone.
"""

INK = "#161616"
QUIET = "#484848"
HAIRLINE = "#cbcbcb"
PAPER = "#ffffff"
REFERENCE = "#245a9e"
OTHER = "#d3821b"
REFERENCE_TEXT = "#1d4d8a"
OTHER_TEXT = "#854900"

# From the other side's clear win (-3) to the reference's (3).
HEAT = {
    -3: "#d3821b",
    -2: "#ecb878",
    -1: "#f8e2c8",
    0: "#efefef",
    1: "#cfdeef",
    2: "#8fb2d9",
    3: "#245a9e",
}


def on_heat(step: int) -> str:
    """Return the colour of a number that stands on a step of the heat scale."""
    return PAPER if step == 3 else INK
