"""Reads JSONL: one JSON object per line, every column of one type."""

import json
from collections.abc import Collection, Iterator
from typing import Never, cast

from benchmark.tables.header import column_names
from benchmark.tables.problems import TableError, TableProblem
from benchmark.tables.table import Table, Value, typed_column

_TYPE_LABELS: dict[type, str] = {str: "a text", bool: "true or false", int: "a number", float: "a number"}


def read_json_lines(text: str, source: str, wanted: Collection[str] | None) -> Table:
    """Return the wanted columns of a JSONL table; a missing key and null are empty cells.

    Raises:
        TableError: a line is not a JSON object, has a key twice, or a cell has another type than above.
    """
    problems: list[TableProblem] = []
    rows: list[dict[str, object]] = []
    lines: list[int] = []
    header: dict[str, None] = {}
    for line, row in parse_json_lines(text, problems):
        header |= dict.fromkeys(row)
        rows.append(row)
        lines.append(line)
    if not rows and not problems:
        problems.append(TableProblem("The file is empty."))
    names = column_names(list(header))
    if len(set(names)) < len(names):
        twice = sorted({name for name in names if names.count(name) > 1})
        problems += [
            TableProblem("Two columns have this name. Rename one of them.", None, name) for name in twice
        ]
    cells: dict[str, list[Value | None]] = {}
    for key, name in zip(header, names, strict=True):
        if wanted is None or name in wanted:
            cells[name] = _typed_cells(rows, lines, key, problems)
    if problems:
        raise TableError.of(source, problems)
    columns = {name: typed_column(column) for name, column in cells.items()}
    return Table(source, names, columns, len(rows), lines)


def parse_json_lines(text: str, problems: list[TableProblem]) -> Iterator[tuple[int, dict[str, object]]]:
    """Yield line number and object of each line; what cannot be parsed is added to `problems`.

    Empty lines at the end are skipped; others are problems.
    """
    blank: list[int] = []
    # Only \n ends a line: a text may contain U+2028, which str.splitlines would split at.
    for line, content in enumerate(text.split("\n"), start=1):
        if not content.strip():
            blank.append(line)
            continue
        problems += [TableProblem("The line is empty. Delete it.", each) for each in blank]
        blank.clear()
        try:
            row = parse_json_object(content)
        except ValueError as error:
            problems.append(TableProblem(str(error), line))
            continue
        yield line, row


def parse_json_object(text: str) -> dict[str, object]:
    """Parse a JSON object strictly: no key twice, no NaN.

    Raises:
        ValueError: the text is not such an object; the message is a sentence.
    """
    try:
        found = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        raise ValueError(f"The line is not JSON: {error.msg} at character {error.pos + 1}.") from error
    except RecursionError as error:
        raise ValueError("The line is not JSON that can be read: it is nested too deeply.") from error
    if not isinstance(found, dict):
        raise ValueError("The line is not a JSON object.")
    return found


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = sorted({name for name in names if names.count(name) > 1})
        raise ValueError(f"The line has the key {', '.join(twice)} twice.")
    return found


def _refuse_constant(name: str) -> Never:
    raise ValueError(f"The line contains {name}, which is not JSON. Write null for an empty cell.")


# One decoder for all lines: json.loads would create one for each.
_DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_constant=_refuse_constant)


def _typed_cells(
    rows: list[dict[str, object]], lines: list[int], key: str, problems: list[TableProblem]
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
        if label is None:
            yield TableProblem("The cell is a list or an object, not a text or a number.", line, key)
        elif expected is not None and label != expected:
            yield TableProblem(f"The cell is {label}; above it was {expected}.", line, key)
        expected = expected or label
