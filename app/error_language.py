"""Chooses the language of an error page. Only the pages of annotators have other languages than English."""

import re

from starlette.requests import Request

from app.cookies import LANGUAGE_COOKIE, cookies_of
from app.languages.negotiation import preferred_language
from benchmark.protocol import Language

_OF_ANNOTATORS = re.compile(
    r"/(?:invite|studies/[^/]+/(?:vote|skip|undo|phases|language|withdraw|join|frame))(?:/|$)"
)


def is_of_annotators(request: Request) -> bool:
    """Return whether annotators, not owners, open the page of this request."""
    return _OF_ANNOTATORS.match(request.url.path) is not None


def error_language(request: Request, *, otherwise: Language = Language.EN) -> Language:
    """Return the language of an error page, without a read of the database.

    The language is the one that the annotator chose in this browser, or else one that the browser prefers.

    Args:
        otherwise: the language if the browser prefers none of our languages.
    """
    if not is_of_annotators(request):
        return Language.EN
    chosen = cookies_of(request).get(LANGUAGE_COOKIE)
    if chosen in set(Language):
        return Language(chosen)
    return preferred_language(request.headers.get("accept-language", ""), Language) or otherwise
