"""Formats lists of names, and numbers with a noun (`1 pair`, `2 pairs`), for messages."""

from collections.abc import Sequence


def listed(names: Sequence[str]) -> str:
    """Join names to a list for a sentence, such as `a, b and c`.

    >>> listed(["A", "B", "C"]), listed(["A"])
    ('A, B and C', 'A')
    """
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))


def counted(number: int, noun: str) -> str:
    """Return a number followed by a noun. The noun is in the plural unless the number is 1.

    >>> counted(1, "problem"), counted(0, "vote"), counted(1200, "clip")
    ('1 problem', '0 votes', '1,200 clips')
    """
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
