"""Small random choices that make two images of one scenario differ."""

import numpy as np


def near(rng: np.random.Generator, value: float, by: float = 0.02) -> float:
    """Return a value at most `by` away."""
    return float(value + rng.uniform(-by, by))


def pick(rng: np.random.Generator, *options: str) -> str:
    return options[int(rng.integers(len(options)))]
