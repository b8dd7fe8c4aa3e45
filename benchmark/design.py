"""Deterministic randomisation of a study's design: every random value depends on the stored seed only."""

import hashlib


def shuffle_key(seed: int, *names: int) -> int:
    """Return 63 pseudorandom bits that depend on the seed and on `names`; they order tied comparisons.

    >>> shuffle_key(7, 1, 0) == shuffle_key(7, 1, 0), shuffle_key(7, 1, 0) == shuffle_key(7, 1, 1)
    (True, False)
    """
    return _random_bits(seed, "order", names) >> 1


def is_reference_left(seed: int, *names: int) -> bool:
    """Return whether the reference is on the left; the seed and `names` decide, with equal chances."""
    return bool(_random_bits(seed, "left", names) & 1)


def _random_bits(seed: int, purpose: str, names: tuple[int, ...]) -> int:
    text = ":".join((str(seed), purpose, *map(str, names)))
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8])
