"""Chooses the language of a page from the header Accept-Language of a browser."""

from collections.abc import Iterable

from benchmark.protocol import Language

MAX_HEADER_CHARS = 1000


def preferred_language(accept_language: str, offered: Iterable[Language]) -> Language | None:
    """Return the offered language that a browser prefers; None if the browser accepts no offered language.

    Two tags match if their first subtags are equal, so `es-MX` matches `es`. Source: RFC 9110, 12.5.4.

    Args:
        accept_language: the header Accept-Language; malformed parts are ignored.

    >>> preferred_language("pt, es-MX;q=0.8, en;q=0.5", Language)
    <Language.ES: 'es'>
    """
    by_subtag = {language.partition("-")[0]: language for language in offered}
    wanted = [_tag_and_weight(part) for part in accept_language[:MAX_HEADER_CHARS].split(",")]
    for tag, weight in sorted(wanted, key=lambda each: -each[1]):
        if weight > 0 and tag in by_subtag:
            return by_subtag[tag]
    return None


def _tag_and_weight(part: str) -> tuple[str, float]:
    tag, *parameters = part.lower().split(";")
    weight = next((each.strip()[2:] for each in parameters if each.strip().startswith("q=")), "1")
    is_number = weight.replace(".", "", 1).isdecimal() and weight.isascii()
    return tag.strip().partition("-")[0], float(weight) if is_number else 0.0
