"""The languages of the annotators' pages: one catalogue per language, keyed by the English text."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from benchmark.protocol import Language

FOLDER = Path(__file__).parent


@cache
def catalogue(language: Language) -> Mapping[str, str]:
    """Return the translations of a language. The catalogue of English is empty."""
    if language is Language.EN:
        return {}
    texts: Mapping[str, str] = tomllib.loads((FOLDER / f"{language}.toml").read_text(encoding="utf-8"))
    return texts


def translate(language: Language, text: str, **values: object) -> str:
    """Translate an English text into a language, and insert the values of its placeholders.

    Without values, the placeholders stay in the text, and a script of the page fills them.
    A test checks that each catalogue contains every text. If a catalogue still lacks a text, the English text
    is returned.
    """
    found = catalogue(language).get(text, text)
    return found.format(**values) if values else found
