"""Builds the display names on the results pages: titles of the two sides, names of scenarios and tags."""

from app.panels.side_names import Naming
from app.results.view_models import SideTitles


def side_titles(naming: Naming) -> SideTitles:
    """Return the titles of the two sides in figures and tables.

    If all matchups share a reference, the titles are the name of the reference and "Other". If the matchups
    have different references, the titles are "First" and "Second".
    """
    if naming.reference:
        return SideTitles(naming.side(naming.reference), "Other")
    return SideTitles("First", "Second")


def readable(name: str) -> str:
    """Return the display name of a scenario or tag.

    >>> readable("one_of_several")
    'One of several'
    """
    words = name.replace("_", " ").strip()
    return words[:1].upper() + words[1:]
