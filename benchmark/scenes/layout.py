"""Computes random offsets, so that the images of a scenario differ slightly."""

import numpy as np


def near(rng: np.random.Generator, value: float, by: float = 0.02) -> float:
    """Return a random value that differs from `value` by at most `by`."""
    return float(value + rng.uniform(-by, by))


def pick(rng: np.random.Generator, *options: str) -> str:
    return options[int(rng.integers(len(options)))]
