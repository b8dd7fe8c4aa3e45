"""Finds names that look the same but differ, such as a name with a space and one with a no-break space."""

import unicodedata
from collections.abc import Iterable, Iterator

# Characters without a width that are not in the category Cf (format characters).
_WITHOUT_WIDTH = frozenset({0x034F, 0x115F, 0x1160, 0x3164, 0xFFA0, *range(0x180B, 0x1810)})
_VARIATION_SELECTORS = (range(0xFE00, 0xFE10), range(0xE0100, 0xE01F0))


def appearance(name: str) -> str:
    """Return a normal form of a name that ignores differences in spaces, widths, ligatures and joiners."""
    if name.isascii():
        return " ".join(name.split())
    visible = "".join(letter for letter in name if not _is_invisible(letter))
    return " ".join(unicodedata.normalize("NFKC", visible).split())


def lookalikes(names: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield each name that looks like an earlier name, together with the earlier name.

    The names are distinct.
    """
    by_appearance: dict[str, str] = {}
    for name in names:
        first = by_appearance.setdefault(appearance(name), name)
        if first != name:
            yield name, first


def first_difference(name: str, other: str) -> str:
    """Return the first character at which a name differs from another name: `U+00A0 (no-break space)`."""
    pairs = zip(name, f"{other}\0", strict=False)
    letter = next((one for one, two in pairs if one != two), "\0")
    if letter == "\0":
        return "a missing character"
    return f"U+{ord(letter):04X} ({unicodedata.name(letter, 'control character').lower()})"


def _is_invisible(letter: str) -> bool:
    code = ord(letter)
    return (
        unicodedata.category(letter) == "Cf"
        or code in _WITHOUT_WIDTH
        or any(code in selectors for selectors in _VARIATION_SELECTORS)
    )
