"""Reads the catalogues and translates texts.

If a catalogue has no translation of a text, the text is shown in English.

The catalogues are the files `LANGUAGE.po`. `make catalogues` adds the texts that are new in the source.
"""

from functools import cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path

from babel import Locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from benchmark.protocol import Language

FOLDER = Path(__file__).parent
# Every plural form that CLDR distinguishes occurs among these numbers.
_SAMPLE_NUMBERS = (*range(201), 1_000_000)


@cache
def locale_of(language: Language) -> Locale:
    return Locale.parse(language.value, sep="-")


@cache
def catalogue(language: Language) -> NullTranslations:
    """Return the translations of a language. The catalogue of English is empty."""
    if language is Language.EN:
        return NullTranslations()
    compiled = BytesIO()
    with (FOLDER / f"{language}.po").open("rb") as file:
        write_mo(compiled, read_po(file, locale=locale_of(language)))
    compiled.seek(0)
    return GNUTranslations(compiled)


def translate(language: Language, text: str, **values: object) -> str:
    """Translate an English text into a language, and insert the values of its placeholders.

    Without values, the placeholders stay in the text, and a script of the page fills them.
    """
    found = catalogue(language).gettext(text) if text else text
    return found.format(**values) if values else found


def translate_number(language: Language, singular: str, plural: str, n: int, **values: object) -> str:
    """Translate a text about `n` things, in the plural form that the language uses for this number.

    >>> translate_number(Language.EN, "You judged {n} pair.", "You judged {n} pairs.", 1)
    'You judged 1 pair.'
    """
    return catalogue(language).ngettext(singular, plural, n).format(n=n, **values)


def plural_forms(language: Language, singular: str, plural: str) -> dict[str, str]:
    """Return the forms of a text by CLDR category (`one`, `few`, `other`), for `Intl.PluralRules` in scripts.

    >>> plural_forms(Language.EN, "{n} minute", "{n} minutes")
    {'one': '{n} minute', 'other': '{n} minutes'}
    """
    category = locale_of(language).plural_form
    examples = {category(n): n for n in reversed(_SAMPLE_NUMBERS)}
    texts = catalogue(language)
    return {name: texts.ngettext(singular, plural, examples[name]) for name in sorted(examples)}


def gettext_noop(text: str) -> str:
    """Mark a text that is translated later, so that the extraction finds the text."""
    return text


def native_name(language: Language) -> str:
    """Return the name of a language in the language itself.

    >>> native_name(Language.DE)
    'Deutsch'
    """
    name = locale_of(language).get_display_name()
    assert name is not None
    return name[:1].upper() + name[1:]


def direction(language: Language) -> str:
    """Return the direction of a language's script: `ltr` or `rtl`."""
    return locale_of(language).text_direction
