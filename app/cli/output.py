"""Prints rows as text for people or as JSON for programs."""

import json
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from enum import StrEnum
from typing import TYPE_CHECKING

import click

from benchmark.cli.problems import examples

if TYPE_CHECKING:
    from click._termui_impl import ProgressBar

Row = Mapping[str, object]


class RowFormat(StrEnum):
    """The format in which a command prints rows."""

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
    """Print rows to stdout; all rows have the same keys.

    Without rows, text output is empty and JSON output is `[]`.
    """
    if RowFormat(row_format) is RowFormat.JSON:
        print_json(rows)
    elif rows:
        click.echo("\n".join(text_table(rows)))


def print_json(document: object) -> None:
    click.echo(json.dumps(document, indent=2, ensure_ascii=False, default=str))


def text_table(rows: Sequence[Row]) -> list[str]:
    """Return a text table: a header line and one line per row. Two spaces separate columns; no value is cut.

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


def print_unused(unused: Mapping[str, tuple[str, ...]]) -> None:
    """Print the files that a command does not use, grouped by reason."""
    for reason, names in unused.items():
        click.echo(f"Not used, {len(names)}: {reason}:", err=True)
        for name in examples(names):
            click.echo(f"  {name}", err=True)


@contextmanager
def progress(label: str, length: int) -> Iterator[Callable[[], None]]:
    """Show a progress bar of `length` steps on stderr; call the yielded function after each finished step.

    Nothing is shown if stderr is not a terminal.
    """
    started = time.monotonic()
    bar: AbstractContextManager[ProgressBar[str]] = click.progressbar(
        length=length,
        label=label,
        show_pos=True,
        item_show_func=lambda speed: speed,
        file=sys.stderr,
        hidden=not sys.stderr.isatty(),
    )
    with bar as shown:

        def step() -> None:
            seconds = max(time.monotonic() - started, 1e-3)
            shown.update(1, f"{(shown.pos + 1) / seconds:.1f}/s")

        yield step


def _cell(value: object) -> str:
    return "-" if value is None or value == "" else str(value)
