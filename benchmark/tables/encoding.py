"""Decodes text files. The byte order mark determines the encoding; without a mark, UTF-8 is assumed."""

import codecs

from benchmark.tables.problems import TableError, TableProblem

_BYTE_ORDER_MARKS = (
    # UTF-32 comes first, because its little-endian mark begins with the mark of UTF-16.
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def decode_text(content: bytes, source: str, *, legacy_encoding: str | None = None) -> str:
    """Return the text of a file.

    Args:
        source: the file name that messages show.
        legacy_encoding: the encoding to use if there is no byte order mark and the text is not UTF-8.

    Raises:
        TableError: the bytes cannot be decoded; the message names the first line that cannot be decoded.
    """
    encoding = next((name for mark, name in _BYTE_ORDER_MARKS if content.startswith(mark)), None)
    candidates = [encoding] if encoding else ["utf-8", *([legacy_encoding] if legacy_encoding else [])]
    for candidate in candidates:
        try:
            text = content.decode(candidate)
        except UnicodeDecodeError as error:
            line = content[: error.start].count(b"\n") + 1
            continue
        if "\0" not in text:
            return text
        line = text[: text.index("\0")].count("\n") + 1
    problem = TableProblem(f"The file is not {_label(candidates[0])} text. Save it as UTF-8.", line)
    raise TableError.of(source, [problem])


def _label(encoding: str) -> str:
    return encoding.removesuffix("-sig").upper()
