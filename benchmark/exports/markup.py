"""Writes tables as Markdown and as LaTeX (booktabs); all special characters in names are escaped."""

import re
import unicodedata
from collections.abc import Iterable, Iterator

from benchmark.exports.table_format import LAYOUTS, Span, Spans
from benchmark.protocol import TableName

_MARKDOWN_SPECIAL = re.compile(r"([\\`*_{}\[\]<>|#~&$])")
_LATEX_SPECIAL = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "&": r"\&",
    "%": r"\%",
    "$": r"\$",
    "#": r"\#",
    "_": r"\_",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    "−": "$-$",
}
_HYPHENS = re.compile(r"-(?=-)")  # LaTeX would print two hyphens as a dash
_POWER = re.compile(r"(?:(\d\.\d) × )?10⁻([⁰¹²³⁴⁵⁶⁷⁸⁹]+)")


def markdown_chunks(table: TableName, rows: Iterable[object], note: str) -> Iterator[bytes]:
    """Yield a Markdown table, followed by the note."""
    columns = LAYOUTS[table]
    yield _markdown_line(markdown_text(column.title) for column in columns)
    yield _markdown_line("---:" if column.number else "---" for column in columns)
    for row in rows:
        yield _markdown_line(_markdown_cell(column.spans(row)) for column in columns)
    if note:
        yield f"\n{markdown_text(note)}\n".encode()


def markdown_text(text: str) -> str:
    """Escape a text for Markdown and put it on one line."""
    return _MARKDOWN_SPECIAL.sub(r"\\\1", " ".join(text.split()))


def _markdown_line(cells: Iterable[str]) -> bytes:
    return f"| {' | '.join(cells)} |\n".encode()


def _markdown_cell(spans: Spans) -> str:
    return "".join(
        f"**{markdown_text(span.text)}**" if span.bold else markdown_text(span.text) for span in spans
    )


def latex_chunks(table: TableName, rows: Iterable[object], note: str) -> Iterator[bytes]:
    r"""Yield a LaTeX tabular with booktabs rules, followed by the note; use \input inside a table."""
    columns = LAYOUTS[table]
    alignment = "".join("r" if column.number else "l" for column in columns)
    yield f"% needs \\usepackage{{booktabs}}\n\\begin{{tabular}}{{{alignment}}}\n".encode()
    yield b"\\toprule\n" + _latex_line(latex_text(column.title) for column in columns) + b"\\midrule\n"
    for row in rows:
        yield _latex_line(_latex_cell(column.spans(row)) for column in columns)
    yield b"\\bottomrule\n\\end{tabular}\n"
    if note:
        yield f"\\par\\smallskip\n{{\\footnotesize {latex_text(note)}}}\n".encode()


def latex_text(text: str) -> str:
    """Escape a text for LaTeX and put it on one line."""
    escaped = "".join(_LATEX_SPECIAL.get(character, character) for character in " ".join(text.split()))
    return _POWER.sub(_latex_power, _HYPHENS.sub("-{}", escaped))


def _latex_power(printed: re.Match[str]) -> str:
    times = rf"{printed[1]} \times " if printed[1] else ""
    # NFKC turns superscript digits into plain digits.
    return rf"${times}10^{{-{unicodedata.normalize('NFKC', printed[2])}}}$"


def _latex_line(cells: Iterable[str]) -> bytes:
    line = " & ".join(cells)
    # The previous line ends in \\, which would parse a bracket or an asterisk here as its argument.
    return (f"{'{}' if line.startswith(('[', '*')) else ''}{line} \\\\\n").encode()


def _latex_cell(spans: Spans) -> str:
    return "".join(_latex_span(span) for span in spans)


def _latex_span(span: Span) -> str:
    text = latex_text(span.text)
    return rf"\textbf{{{text}}}" if span.bold else text
