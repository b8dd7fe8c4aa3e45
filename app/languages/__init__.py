"""The languages of the annotators' pages: one gettext catalogue per language, keyed by the English text."""

from app.languages.catalogues import (
    catalogue,
    direction,
    gettext_noop,
    native_name,
    plural_forms,
    translate,
    translate_number,
)

__all__ = [
    "catalogue",
    "direction",
    "gettext_noop",
    "native_name",
    "plural_forms",
    "translate",
    "translate_number",
]
