"""Reads JSONL: one JSON object per line. All cells of a column must have the same type."""

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Never, cast

from benchmark.tables.header import column_names, column_problems
from benchmark.tables.problems import TableError, TableProblem
from benchmark.tables.table import Table, Value, typed_column

_TYPE_LABELS: dict[type, str] = {str: "a text", bool: "true or false", int: "a number", float: "a number"}


def read_json_lines(text: str, source: str, wanted: Collection[str] | None) -> Table:
    """Return the wanted columns of a JSONL table. A missing key or a null is an empty cell.

    Raises:
        TableError: a line is not a JSON object or has a duplicate key, or a cell's type differs from the type
            of the earlier cells in its column.
    """
    problems: list[TableProblem] = []
    rows: list[_Object] = []
    lines: list[int] = []
    header: dict[str, None] = {}
    for line, row in _parse_lines(text, problems):
        header |= dict.fromkeys(row)
        problems += [
            TableProblem("The line has this key twice.", line, key)
            for key in row.duplicates
            if wanted is None or key in wanted
        ]
        rows.append(row)
        lines.append(line)
    if not rows and not problems:
        problems.append(TableProblem("The file is empty."))
    names = column_names(list(header))
    problems += column_problems(names, wanted)
    cells: dict[str, list[Value | None]] = {}
    for key, name in zip(header, names, strict=True):
        if wanted is None or name in wanted:
            cells[name] = _typed_cells(rows, lines, key, problems)
    if problems:
        raise TableError.of(source, problems)
    columns = {name: typed_column(column) for name, column in cells.items()}
    return Table(source, names, columns, len(rows), lines)


def parse_json_object(text: str) -> dict[str, object]:
    """Parse a JSON object strictly: duplicate keys and NaN are errors.

    Raises:
        ValueError: the text is not a valid JSON object; the message is a sentence with the reason.
    """
    found = _decoded(text, _STRICT_DECODER)
    if found.duplicates:
        raise ValueError(f"The line has the key {', '.join(found.duplicates)} twice.")
    return dict(found)


class _Object(dict[str, object]):
    """A JSON object, together with a list of its duplicate keys."""

    def __init__(self, pairs: list[tuple[str, object]]) -> None:
        super().__init__(pairs)
        self.duplicates: tuple[str, ...] = ()
        if len(self) < len(pairs):
            names = [name for name, _ in pairs]
            self.duplicates = tuple(sorted({name for name in names if names.count(name) > 1}))


@dataclass(frozen=True)
class _Constant:
    """NaN or Infinity in a cell; JSON forbids both.

    NaN and Infinity are errors only in columns that are read.
    """

    name: str


def _refuse_constant(name: str) -> Never:
    raise ValueError(f"The line contains {name}, which is not JSON. Write null for an empty cell.")


# Use one decoder for all lines: json.loads would create a decoder for each line.
_DECODER = json.JSONDecoder(object_pairs_hook=_Object, parse_constant=_Constant)
_STRICT_DECODER = json.JSONDecoder(object_pairs_hook=_Object, parse_constant=_refuse_constant)


def _parse_lines(text: str, problems: list[TableProblem]) -> Iterator[tuple[int, _Object]]:
    """Yield the number and the object of each line. Report lines that cannot be parsed in `problems`.

    Empty lines at the end of the file are skipped; other empty lines are problems.
    """
    blank: list[int] = []
    # Only \n ends a line. str.splitlines would also split at U+2028, which a text may contain.
    for line, content in enumerate(text.split("\n"), start=1):
        if not content.strip():
            blank.append(line)
            continue
        problems += [TableProblem("The line is empty. Delete it.", each) for each in blank]
        blank.clear()
        try:
            row = _decoded(content, _DECODER)
        except ValueError as error:
            problems.append(TableProblem(str(error), line))
            continue
        yield line, row


def _decoded(text: str, decoder: json.JSONDecoder) -> _Object:
    try:
        found = decoder.decode(text)
    except json.JSONDecodeError as error:
        raise ValueError(f"The line is not JSON: {error.msg} at character {error.pos + 1}.") from error
    except RecursionError as error:
        raise ValueError("The line is not JSON that can be read: it is nested too deeply.") from error
    if not isinstance(found, _Object):
        raise ValueError("The line is not a JSON object.")
    return found


def _typed_cells(
    rows: list[_Object], lines: list[int], key: str, problems: list[TableProblem]
) -> list[Value | None]:
    cells = [row.get(key) for row in rows]
    labels = {_TYPE_LABELS.get(kind) for kind in set(map(type, cells)) - {type(None)}}
    if None in labels or len(labels) > 1:
        problems += _type_problems(cells, lines, key)
        return []
    return cast("list[Value | None]", cells)


def _type_problems(cells: list[object], lines: list[int], key: str) -> Iterator[TableProblem]:
    expected: str | None = None
    for cell, line in zip(cells, lines, strict=True):
        if cell is None:
            continue
        label = _TYPE_LABELS.get(type(cell))
        if isinstance(cell, _Constant):
            yield TableProblem(f"The cell is {cell.name}. Write null for an empty cell.", line, key)
        elif label is None:
            yield TableProblem("The cell is a list or an object, not a text or a number.", line, key)
        elif expected is not None and label != expected:
            yield TableProblem(f"The cell is {label}; above it was {expected}.", line, key)
        expected = expected or label
