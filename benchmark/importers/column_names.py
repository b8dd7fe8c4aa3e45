"""Identifies the image, prompt and tag columns of a benchmark's table.

The column names of the official release are not documented. The functions therefore look at the cells first,
and at the column names second.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from benchmark.importers.problems import ImportProblems
from benchmark.importers.rows import TableRow
from benchmark.tables import TableProblem

# If a table has several of these columns, the first name in this list is used.
PROMPT_NAMES = ("prompt", "text_prompt", "prompts", "caption", "text", "instruction", "description")
IMAGE_NAMES = (
    *("image_path", "image", "image_file", "image_name", "input_image", "first_frame"),
    *("img", "img_path", "file_name", "filename", "file", "path"),
)
# Columns that TI2V Bench uses. All other columns are stored as tags.
KNOWN_TAGS = {
    "scenario": ("scenario", "scenario_name"),
    "style": ("style", "image_style"),
    "hard_case": ("hard_case", "hard_case_type"),
}


# The names of a column that contains pandas' index.
_INDEX_NAMES = frozenset({"unnamed_0", "index_level_0"})


@dataclass(frozen=True)
class Columns:
    """The indices of a table's recognised columns. `tags` maps each tag's name to the index of its column.

    Attributes:
        labels: the names of the columns in messages; if the table has no header, the columns' numbers.
    """

    image: int
    prompt: int
    tags: dict[str, int]
    labels: tuple[str, ...]


@dataclass(frozen=True)
class PairTable:
    """The data rows of a benchmark table.

    Attributes:
        columns: the columns that were recognised.
        remark: a sentence that states what the reader guessed; None if the reader guessed nothing.
        names: a mapping from cells of the image column to image names; it contains only images whose name
            differs from the file name.
    """

    columns: Columns
    body: tuple[TableRow, ...]
    remark: str | None = None
    names: Mapping[str, str] = field(default_factory=dict)


def identify_columns(rows: Sequence[TableRow], is_image_name: Callable[[str], bool]) -> PairTable:
    """Separate the header from the body and identify the columns.

    Args:
        rows: all non-empty rows, including the header.
        is_image_name: a function that returns whether a cell looks like the name of an image.

    Raises:
        ImportProblems: the columns are ambiguous; the message says what to change.
    """
    if not rows:
        raise _unclear("The table is empty.")
    has_header = not any(is_image_name(cell) for cell in rows[0].cells)
    body = tuple(rows[1:] if has_header else rows)
    if not body:
        raise _unclear("The table has a header and no rows.")
    header = rows[0].cells if has_header else ()
    width = len(rows[0].cells)
    names = tuple(map(_normalised, header)) or ("",) * width
    labels = tuple(name or str(number) for number, name in enumerate(header or names, start=1))
    image = _image_column(body, names, is_image_name)
    prompt = _prompt_column(body, names, image)
    if has_header:
        _check_header(body, names, {image, prompt}, line=rows[0].line)
    return PairTable(Columns(image, prompt, _tag_columns(names, {image, prompt}), labels), body)


def _check_header(body: Sequence[TableRow], names: Sequence[str], used: set[int], *, line: int) -> None:
    """Refuse a header that has a duplicate name, a column with cells but no name, or an index column."""
    problems = []
    for column, name in enumerate(names):
        if name and name in names[:column]:
            problems.append(
                TableProblem("Two columns have this name. Rename or remove one of them.", line, name)
            )
        if name in _INDEX_NAMES or (not name and column not in used and _share(body, column, bool)):
            message = "The column has no name. Name the column, or delete it if it numbers the rows."
            problems.append(TableProblem(message, line, str(column + 1)))
    if problems:
        raise ImportProblems(problems)


def _image_column(
    body: Sequence[TableRow], names: Sequence[str], is_image_name: Callable[[str], bool]
) -> int:
    by_content = [i for i in range(len(names)) if _share(body, i, is_image_name) > 0.5]
    if len(by_content) == 1:
        return by_content[0]
    by_name = _first_named(names, IMAGE_NAMES, by_content or range(len(names)))
    if by_name is not None:
        return by_name
    if by_content:
        raise _unclear(
            f"Columns {_listed(by_content, names)} all contain image names. Rename the right one to 'image'."
        )
    raise _unclear(
        "No column contains image names. Add a column with file names such as images/balloon1.jpg."
    )


def _prompt_column(body: Sequence[TableRow], names: Sequence[str], image: int) -> int:
    others = [i for i in range(len(names)) if i != image]
    by_name = _first_named(names, PROMPT_NAMES, others)
    if by_name is not None:
        return by_name
    known = {name for spellings in KNOWN_TAGS.values() for name in spellings}
    unnamed = [i for i in others if names[i] not in known]
    wordy = [i for i in unnamed if _share(body, i, lambda cell: " " in cell) > 0.5] or unnamed
    if len(wordy) == 1:
        return wordy[0]
    if wordy:
        raise _unclear(
            f"Columns {_listed(wordy, names)} may all be the prompt. Rename the right one to 'prompt'."
        )
    raise _unclear("No column contains prompts. Add a column 'prompt'.")


def _tag_columns(names: Sequence[str], taken: set[int]) -> dict[str, int]:
    known = {name: tag for tag, spellings in KNOWN_TAGS.items() for name in spellings}
    tags: dict[str, int] = {}
    for column, name in enumerate(names):
        if column in taken:
            continue
        if not name and any(names):
            continue
        tag = known.get(name, name) or f"column_{column + 1}"
        if tag in tags:
            raise _unclear(f"Two columns both mean '{tag}'. Rename or remove one of them.")
        tags[tag] = column
    return tags


def _first_named(names: Sequence[str], wanted: Sequence[str], among: Sequence[int]) -> int | None:
    for name in wanted:
        for column in among:
            if names[column] == name:
                return column
    return None


def _share(body: Sequence[TableRow], column: int, holds: Callable[[str], bool]) -> float:
    """Return the share, in [0, 1], of a column's non-empty cells for which `holds` returns True."""
    filled = [cell for row in body for cell in row.cells[column : column + 1] if cell]
    return sum(map(holds, filled)) / len(filled) if filled else 0.0


def _normalised(name: str) -> str:
    return re.sub(r"[\W_]+", "_", name.lower()).strip("_")


def _listed(columns: Sequence[int], names: Sequence[str]) -> str:
    return " and ".join(f"'{names[i]}'" if names[i] else str(i + 1) for i in columns)


def _unclear(message: str) -> ImportProblems:
    return ImportProblems.of(message)
