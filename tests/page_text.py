"""Extracts the visible text of pages."""

import re
from html import unescape


def text_of(html: str) -> str:
    """Return the words of a page, separated by single spaces."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())
