"""Chooses the language of an error page. Only pages for annotators exist in languages other than English."""

import re

from starlette.requests import Request

from app.cookies import LANGUAGE_COOKIE, cookies_of
from app.languages.negotiation import preferred_language
from benchmark.protocol import Language

_OF_ANNOTATORS = re.compile(
    r"/(?:invite|studies/[^/]+/(?:vote|skip|undo|phases|language|withdraw|join|frame))(?:/|$)"
)


def is_of_annotators(request: Request) -> bool:
    """Return whether the requested page is for annotators, not for owners."""
    return _OF_ANNOTATORS.match(request.url.path) is not None


def error_language(request: Request, *, otherwise: Language = Language.EN) -> Language:
    """Return the language of an error page, without reading the database.

    If the annotator chose a language in this browser, return this language. If the annotator chose no
    language, return the language that the browser prefers.

    Args:
        otherwise: the language to return if the annotator chose no language and the browser accepts none of
            our languages.
    """
    if not is_of_annotators(request):
        return Language.EN
    chosen = cookies_of(request).get(LANGUAGE_COOKIE)
    if chosen in set(Language):
        return Language(chosen)
    return preferred_language(request.headers.get("accept-language", ""), Language) or otherwise
