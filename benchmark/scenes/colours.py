"""Converts colours from names or #rrggbb to sRGB values from 0 to 1."""

import numpy as np
from numpy.typing import NDArray

Colour = NDArray[np.float32]

# Prompts contain these names, so each colour must be recognisable in every style.
NAMED = {
    "red": "#d8392f",
    "orange": "#ee8a2b",
    "yellow": "#f4c534",
    "green": "#4c9f4f",
    "teal": "#2f9c95",
    "blue": "#3673c4",
    "navy": "#28406f",
    "purple": "#8356b2",
    "pink": "#ea7fa4",
    "white": "#f5f1e8",
    "cream": "#f0e2c4",
    "grey": "#8c9299",
    "slate": "#505c6b",
    "black": "#2b2b31",
    "brown": "#8a5a37",
    "tan": "#cfa476",
    "gold": "#dca93b",
    "skin": "#e8b48e",
}


def colour(name: str) -> Colour:
    """Return a colour as float32 (3,) in [0, 1].

    Raises:
        ValueError: the name is neither known nor #rrggbb.
    """
    text = NAMED.get(name, name)
    if len(text) != 7 or not text.startswith("#"):
        raise ValueError(f"unknown colour {name!r}: use #rrggbb or one of {', '.join(NAMED)}")
    return np.array([int(text[i : i + 2], 16) / 255 for i in (1, 3, 5)], dtype=np.float32)


def mixed(first: str, second: str, share: float) -> str:
    """Return a mix of two colours as #rrggbb; `share` is the weight of the second colour."""
    blend = colour(first) * (1 - share) + colour(second) * share
    return "#" + "".join(f"{round(float(c) * 255):02x}" for c in blend)


def darker(name: str, share: float = 0.25) -> str:
    return mixed(name, "#101018", share)


def lighter(name: str, share: float = 0.3) -> str:
    return mixed(name, "#fffaf0", share)
