"""Reads the pages of the service as a person does."""

import re
from html import unescape


def text_of(html: str) -> str:
    """Return the words of a page with one space between them."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())
