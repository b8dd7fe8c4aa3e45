"""Reads names.csv, which says which pair each file of a folder is for."""

import re
from collections.abc import Mapping
from pathlib import Path

from benchmark.importers.csv_table import SEPARATORS, TableRow, parse_rows, read_text
from benchmark.pairs import ClipName, canonical_name

_SEED = re.compile(r"[0-9]{1,10}")
_NEEDED, _OPTIONAL = ("file", "pair"), ("seed",)


class NamesProblem(ValueError):
    """The table cannot be used; `problems` lists every reason."""

    def __init__(self, path: Path, problems: list[str]) -> None:
        super().__init__(f"{path.name} cannot be used:")
        self.problems = problems


def read_names(path: Path) -> Mapping[str, ClipName]:
    """Return pair and seed by file name.

    Args:
        path: a CSV with the columns `file` and `pair`, and perhaps `seed`.

    Raises:
        NamesProblem: a column is missing, unknown or twice there, or a row is incomplete.
        ImportProblems: the file is no CSV.
    """
    text = read_text(path)
    heading = text.splitlines()[0] if text else ""
    separator = next((each for each in SEPARATORS if each in heading), ",")
    rows = parse_rows(text, separator)
    columns = _columns(path, rows[0] if rows else None)
    problems: list[str] = []
    names: dict[str, ClipName] = {}
    for row in rows[1:]:
        cells = {name: row.cell(index) for name, index in columns.items()}
        problem = _problem(row, cells, len(columns), names)
        if problem:
            problems.append(f"row {row.number}: {problem}")
            continue
        seed = cells.get("seed")
        names[canonical_name(cells["file"])] = ClipName(cells["pair"], int(seed) if seed else None)
    if problems:
        raise NamesProblem(path, problems)
    return names


def _columns(path: Path, header: TableRow | None) -> dict[str, int]:
    names = [cell.lower() for cell in header.cells] if header else []
    problems = [f"the column {name} is missing" for name in _NEEDED if name not in names]
    problems += [f"the column {name} is there twice" for name in sorted(set(names)) if names.count(name) > 1]
    problems += [
        f"the column {name or '(without a name)'} is unknown; the columns are file, pair and seed"
        for name in names
        if name not in (*_NEEDED, *_OPTIONAL)
    ]
    if problems:
        raise NamesProblem(path, problems)
    return {name: index for index, name in enumerate(names)}


def _problem(
    row: TableRow, cells: Mapping[str, str], columns: int, names: Mapping[str, ClipName]
) -> str | None:
    if len(row.cells) > columns:
        return "has more cells than the header"
    for name in _NEEDED:
        if not cells[name]:
            return f"{name} is empty"
    if canonical_name(cells["file"]) in names:
        return f"the file {cells['file']} is named above"
    seed = cells.get("seed")
    if seed and not _SEED.fullmatch(seed):
        return "seed is no whole number"
    return None
