"""Writes tables as CSV, JSON and JSON lines in chunks.

Memory use does not grow with the length of the table.
"""

import json
from collections.abc import Iterable, Iterator
from itertools import islice

from benchmark.exports.cells import Cell
from benchmark.tables.csv_text import csv_text
from benchmark.tables.spreadsheet import guard

CHUNK_ROWS = 2000


def csv_chunks(names: tuple[str, ...], rows: Iterable[list[Cell]]) -> Iterator[bytes]:
    """Yield a CSV table with RFC 4180 quoting, LF line ends and UTF-8.

    Texts are escaped, so that a spreadsheet program does not run a text as a formula.
    """
    yield csv_text([names]).encode()
    for chunk in _chunks(rows):
        guarded = ([guard(cell) if type(cell) is str else cell for cell in row] for row in chunk)
        yield csv_text(guarded).encode()


def json_chunks(names: tuple[str, ...], rows: Iterable[list[Cell]]) -> Iterator[bytes]:
    """Yield one JSON array with an object per row."""
    opening = "[\n"
    for chunk in _chunks(rows):
        yield (opening + ",\n".join(_json_lines(names, chunk))).encode()
        opening = ",\n"
    yield b"[]\n" if opening == "[\n" else b"\n]\n"


def jsonl_chunks(names: tuple[str, ...], rows: Iterable[list[Cell]]) -> Iterator[bytes]:
    """Yield a JSONL table: one JSON object per line."""
    for chunk in _chunks(rows):
        yield ("\n".join(_json_lines(names, chunk)) + "\n").encode()


def _json_lines(names: tuple[str, ...], rows: list[list[Cell]]) -> Iterator[str]:
    for row in rows:
        yield json.dumps(dict(zip(names, row, strict=True)), ensure_ascii=False, allow_nan=False)


def _chunks(rows: Iterable[list[Cell]]) -> Iterator[list[list[Cell]]]:
    remaining = iter(rows)
    while chunk := list(islice(remaining, CHUNK_ROWS)):
        yield chunk
