"""The languages of the annotators' pages: one catalogue a language, keyed by the English text."""

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
    """Return an English text in a language, with the values of its placeholders.

    Without values, the placeholders stay: a script fills them.
    A test checks that each catalogue contains every text. A text that is missing nevertheless stays English.
    """
    found = catalogue(language).get(text, text)
    return found.format(**values) if values else found
