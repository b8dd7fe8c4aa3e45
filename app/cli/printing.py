"""Prints rows for people or for programs."""

import json
from collections.abc import Mapping, Sequence
from enum import StrEnum

import click

Row = Mapping[str, object]


class RowFormat(StrEnum):
    """How rows are printed."""

    TEXT = "text"
    JSON = "json"


format_option = click.option(
    "--format",
    "row_format",
    type=click.Choice([form.value for form in RowFormat]),
    default=RowFormat.TEXT.value,
    show_default=True,
    help="Aligned columns, or one JSON document.",
)


def print_rows(rows: Sequence[Row], row_format: str) -> None:
    """Print rows that share their names to stdout; no rows print nothing as text and `[]` as JSON."""
    if RowFormat(row_format) is RowFormat.JSON:
        click.echo(json.dumps(rows, indent=2, ensure_ascii=False, default=str))
    elif rows:
        click.echo("\n".join(text_table(rows)))


def text_table(rows: Sequence[Row]) -> list[str]:
    """Return lines of columns two spaces apart, the names first; nothing is cut.

    >>> text_table([{"slug": "motif", "clips": 51}, {"slug": "cinemo", "clips": None}])
    ['slug    clips', 'motif   51', 'cinemo  -']
    """
    names = list(rows[0])
    cells = [names, *([_cell(row[name]) for name in names] for row in rows)]
    widths = [max(len(line[column]) for line in cells) for column in range(len(names))]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in cells
    ]


def _cell(value: object) -> str:
    return "-" if value is None or value == "" else str(value)
