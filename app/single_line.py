"""What may stand where one line of text is shown."""

import unicodedata

# Control characters, line and paragraph separators: PostgreSQL refuses some, tables and logs break on others.
_BREAKING = ("Cc", "Zl", "Zp")


def is_one_line(text: str) -> bool:
    """Say whether a text has neither line breaks nor control characters.

    >>> is_one_line("TI2V Bench"), is_one_line("TI2V\\nBench")
    (True, False)
    """
    return not any(unicodedata.category(letter) in _BREAKING for letter in text)
