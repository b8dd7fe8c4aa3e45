"""Collects the annotators' texts from templates and code, and adds new texts to the catalogues.

`make catalogues` runs this module. Afterwards, a person must translate the empty entries of each `.po` file.
"""

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po

from app.languages.catalogues import FOLDER, locale_of
from benchmark.protocol import Language

ROOT = FOLDER.parent.parent
TEMPLATES = (
    *(f"templates/{folder}/*.html" for folder in ("phases", "platforms", "voting", "invitations")),
    "templates/_fragments/_languages.html",
    "templates/error.html",
)
# Pages in these files are for owners.
OF_OWNERS = {"crowd.html", "links.html", "register.html"}
# The messages in these files are for owners or programs.
_OF_OTHERS = ("owner_*.py", "playback.py")
# The files whose texts and messages annotators read.
CODE = (
    "app/error_pages.py",
    "app/errors.py",
    "app/invitations/language_routes.py",
    "app/invitations/service.py",
    "app/invitations/view_models.py",
    "app/panels/phases.py",
    "app/panels/time_estimate.py",
    "app/phases/*.py",
    "app/platforms/frame_routes.py",
    "app/platforms/links.py",
    "app/platforms/routes.py",
    "app/platforms/sessions.py",
    "app/platforms/signed_links.py",
    "app/security/limits.py",
    "app/security/origin.py",
    "app/security/participants.py",
    "app/voting/*.py",
)
# The functions that take a text, with the positions of the arguments for the text and its plural; None for
# gettext's default positions.
_FUNCTIONS: Mapping[str, tuple[int, ...] | None] = {
    "_": None,
    "ngettext": (1, 2),
    "plural_forms": (1, 2),
    "gettext_noop": None,
    "translate": (2,),
    "translate_number": (2, 3),
    "Conflict": (1,),
    "Forbidden": (1,),
    "Invalid": (1,),
    "NotFound": (1,),
    "NotSignedIn": (1,),
    "Unavailable": (1,),
    "ValueError": (1,),
}
_LINE_CHARS = 110
_HEADER: Mapping[str, Any] = {
    "project": "TI2V Bench",
    "version": "1",
    "msgid_bugs_address": "",
    "fuzzy": False,
}


def annotator_templates() -> Iterator[Path]:
    for pattern in TEMPLATES:
        yield from (path for path in sorted(ROOT.glob(pattern)) if not _is_of_owners(path.name))


def _is_of_owners(name: str) -> bool:
    return name in OF_OWNERS or name.startswith("_crowd_")


def source_texts() -> Catalog:
    """Return a catalogue of all texts in the source code, without translations."""
    texts = Catalog(**_HEADER)
    for method, paths in (("jinja2.ext:babel_extract", annotator_templates()), ("python", _code())):
        for path in paths:
            with path.open("rb") as file:
                for line, text, _comments, _context in extract(method, file, _FUNCTIONS):
                    texts.add(text, locations=[(str(path.relative_to(ROOT)), line)])
    return texts


def _code() -> Iterator[Path]:
    for pattern in CODE:
        for path in sorted(ROOT.glob(pattern)):
            if not any(path.match(other) for other in _OF_OTHERS):
                yield path


def read_catalogue(language: Language) -> Catalog:
    """Return the stored catalogue of a language; a new catalogue if the language has no file yet."""
    path = FOLDER / f"{language}.po"
    if not path.exists():
        return Catalog(locale=locale_of(language), **_HEADER)
    with path.open("rb") as file:
        return read_po(file, locale=locale_of(language))


def main() -> None:
    """Add new texts to each catalogue, remove unused texts, and print which translations are missing."""
    texts = source_texts()
    for language in Language:
        if language is Language.EN:
            continue
        known = read_catalogue(language)
        known.update(texts, no_fuzzy_matching=True, update_creation_date=False)
        with (FOLDER / f"{language}.po").open("wb") as file:
            write_po(
                file, known, width=_LINE_CHARS, include_lineno=False, ignore_obsolete=True, sort_output=True
            )
        missing = sum(not all(_forms(each.string)) for each in known if each.id)
        sys.stdout.write(f"{language}: {missing} of {len(known)} texts are not translated\n")


def _forms(string: object) -> tuple[str, ...]:
    return string if isinstance(string, tuple) else (str(string or ""),)


if __name__ == "__main__":
    main()
