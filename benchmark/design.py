"""Makes the random choices of a study's design. Every choice is computed from the study's stored seed."""

import hashlib


def shuffle_key(seed: int, *names: int) -> int:
    """Return a 63-bit pseudorandom number, computed from the seed and `names`.

    The server uses the number to order comparisons that have the same priority.

    >>> shuffle_key(7, 1, 0) == shuffle_key(7, 1, 0), shuffle_key(7, 1, 0) == shuffle_key(7, 1, 1)
    (True, False)
    """
    return _random_bits(seed, "order", names) >> 1


def is_reference_left(seed: int, *names: int) -> bool:
    """Return whether the reference is on the left: a fair coin flip computed from the seed and `names`."""
    return bool(_random_bits(seed, "left", names) & 1)


def _random_bits(seed: int, purpose: str, names: tuple[int, ...]) -> int:
    text = ":".join((str(seed), purpose, *map(str, names)))
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8])
