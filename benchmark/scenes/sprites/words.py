"""The words of the prompts: colours, shapes, directions and amounts."""

COLOURS = {
    "red": (0.88, 0.16, 0.14),
    "yellow": (0.98, 0.84, 0.12),
    "green": (0.13, 0.62, 0.22),
    "blue": (0.12, 0.32, 0.90),
    "purple": (0.58, 0.16, 0.70),
    "white": (0.98, 0.98, 0.98),
    "black": (0.06, 0.06, 0.08),
}
SHAPES = ("circle", "square", "triangle", "diamond", "cross", "ring")
_OTHERS = (
    "the",
    "a",
    "moves",
    "enters",
    "from",
    "left",
    "right",
    "up",
    "down",
    "top",
    "bottom",
    "little",
    "far",
)


def vocabulary() -> list[str]:
    """Return all words of the prompts, sorted."""
    return sorted({*COLOURS, *SHAPES, *_OTHERS})
