"""Writes tables as Markdown and LaTeX (booktabs).

Characters with a special meaning in Markdown or LaTeX are escaped.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence

from benchmark.exports.layout import TableLayout
from benchmark.exports.notes import TableNote
from benchmark.exports.printed_cells import Span, Spans
from benchmark.exports.printed_columns import PrintedColumn
from benchmark.exports.tables import STREAMED
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
MAX_TABULAR_ROWS = 40  # a table with more rows does not fit on one page
_HYPHENS = re.compile(r"-(?=-)")  # these hyphens are separated, because LaTeX prints two hyphens as a dash
_POWER = re.compile(r"(?:(\d\.\d) × )?10⁻([⁰¹²³⁴⁵⁶⁷⁸⁹]+)")


def markdown_chunks(
    table: TableName, rows: Iterable[object], note: str, layout: TableLayout
) -> Iterator[bytes]:
    """Yield a Markdown table, followed by the note. Raises UnknownColumn."""
    columns = layout.chosen(table)
    yield _markdown_line(markdown_text(column.title) for column in columns)
    yield _markdown_line("---:" if column.number else "---" for column in columns)
    for row in rows:
        yield _markdown_line(_markdown_cell(layout.spans(column, row)) for column in columns)
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


def latex_chunks(
    table: TableName, rows: Iterable[object], note: TableNote | None, layout: TableLayout
) -> Iterator[bytes]:
    r"""Yield a LaTeX table with booktabs rules, followed by a note.

    If no columns are chosen, the table fits into one column of a two-column paper and has a short note. The
    table is a `tabular` environment; a paper includes it with \input inside a `table` environment. If a table
    is longer than a page, it is a `longtable` environment; a paper includes it with \input in the text.

    Raises:
        UnknownColumn: the layout chooses a column that the table does not have.
    """
    known = () if table in STREAMED else tuple(rows)
    is_compact = layout.is_compact(table)
    columns = layout.compact(table, known) if is_compact else layout.chosen(table)
    is_long = table in STREAMED or len(known) > MAX_TABULAR_ROWS
    yield from _latex_begin(columns, is_long=is_long)
    for row in known or rows:
        yield _latex_line(_latex_cell(layout.spans(column, row)) for column in columns)
    yield b"\\end{longtable}\n" if is_long else b"\\bottomrule\n\\end{tabular}\n"
    if note:
        text = note.short(table) if is_compact else note.text(table)
        yield f"\\par\\smallskip\n{{\\footnotesize {latex_text(text)}}}\n".encode()


def _latex_begin(columns: Sequence[PrintedColumn], *, is_long: bool) -> Iterator[bytes]:
    # @{} removes the space to the left and right of the table, so the table is as wide as its text.
    alignment = f"@{{}}{''.join('r' if column.number else 'l' for column in columns)}@{{}}"
    head = b"\\toprule\n" + _latex_line(latex_text(column.title) for column in columns) + b"\\midrule\n"
    if not is_long:
        yield f"% needs \\usepackage{{booktabs}}\n\\begin{{tabular}}{{{alignment}}}\n".encode() + head
        return
    yield f"% needs \\usepackage{{booktabs,longtable}}\n\\begin{{longtable}}{{{alignment}}}\n".encode()
    # The header row is repeated on every page.
    yield head + b"\\endhead\n\\bottomrule\n\\endfoot\n"


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
    # The previous line ends in \\; LaTeX would parse a bracket or an asterisk here as an argument of \\.
    return (f"{'{}' if line.startswith(('[', '*')) else ''}{line} \\\\\n").encode()


def _latex_cell(spans: Spans) -> str:
    return "".join(_latex_span(span) for span in spans)


def _latex_span(span: Span) -> str:
    text = latex_text(span.text)
    return rf"\textbf{{{text}}}" if span.bold else text
