"""Randomness of a study's design: reproducible from its stored seed, and from nothing else."""

import hashlib


def shuffle_key(seed: int, *names: int) -> int:
    """Return 63 random bits for what `names` identify; ties between comparisons are broken by them.

    >>> shuffle_key(7, 1, 0) == shuffle_key(7, 1, 0), shuffle_key(7, 1, 0) == shuffle_key(7, 1, 1)
    (True, False)
    """
    return _random_bits(seed, "order", names) >> 1


def reference_stands_left(seed: int, *names: int) -> bool:
    """Return a fair coin for what `names` identify: whether the reference stands left."""
    return bool(_random_bits(seed, "left", names) & 1)


def _random_bits(seed: int, purpose: str, names: tuple[int, ...]) -> int:
    text = ":".join((str(seed), purpose, *map(str, names)))
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8])
