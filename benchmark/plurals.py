"""Numbers with their nouns, for messages."""


def counted(number: int, noun: str) -> str:
    """Return a number with its noun; the noun is in the plural unless the number is 1.

    >>> counted(1, "problem"), counted(0, "vote"), counted(1200, "clip")
    ('1 problem', '0 votes', '1,200 clips')
    """
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
