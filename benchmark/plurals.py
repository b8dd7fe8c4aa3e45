"""Formats lists of names, and numbers with their nouns, for messages."""

from collections.abc import Sequence


def listed(names: Sequence[str]) -> str:
    """Return names as a list in a sentence.

    >>> listed(["A", "B", "C"]), listed(["A"])
    ('A, B and C', 'A')
    """
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))


def counted(number: int, noun: str) -> str:
    """Return a number and a noun. The noun is in the plural unless the number is 1.

    >>> counted(1, "problem"), counted(0, "vote"), counted(1200, "clip")
    ('1 problem', '0 votes', '1,200 clips')
    """
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
