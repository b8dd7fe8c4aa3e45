"""Finds out which column of a table names the image and which holds the prompt.

The names of the official release's columns are not documented, so the content decides first, then the names.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from benchmark.importers.csv_table import TableRow
from benchmark.importers.problems import ImportProblems, Problem

# In order of preference where a table has several.
PROMPT_NAMES = ("prompt", "text_prompt", "prompts", "caption", "text", "instruction", "description")
IMAGE_NAMES = (
    *("image_path", "image", "image_file", "image_name", "input_image", "first_frame"),
    *("img", "img_path", "file_name", "filename", "file", "path"),
)
# What TI2V Bench knows by a name of its own; other columns are kept as tags.
KNOWN_TAGS = {
    "scenario": ("scenario", "scenario_name"),
    "style": ("style", "image_style"),
    "hard_case": ("hard_case", "hard_case_type"),
}


@dataclass(frozen=True)
class Columns:
    """Where what stands; `tags` maps a tag's name to its column."""

    image: int
    prompt: int
    tags: dict[str, int]
    width: int


@dataclass(frozen=True)
class ReadTable:
    columns: Columns
    body: tuple[TableRow, ...]


def recognise(rows: Sequence[TableRow], names_image: Callable[[str], bool]) -> ReadTable:
    """Tell header from body, and find the columns.

    Args:
        rows: all rows that are not empty.
        names_image: says whether a cell reads like the name of an image.

    Raises:
        ImportProblems: it cannot be told, in words that say what would help.
    """
    if not rows:
        raise _unclear("The table is empty.")
    has_header = not any(names_image(cell) for cell in rows[0].cells)
    body = tuple(rows[1:] if has_header else rows)
    if not body:
        raise _unclear("The table has a header and no rows.")
    header = rows[0].cells if has_header else ()
    width = len(header) or max(len(row.cells) for row in body)
    names = tuple(_plain(header[i]) if i < len(header) else "" for i in range(width))
    image = _image_column(body, names, names_image)
    prompt = _prompt_column(body, names, image)
    return ReadTable(Columns(image, prompt, _tag_columns(names, {image, prompt}), width), body)


def _image_column(body: Sequence[TableRow], names: Sequence[str], names_image: Callable[[str], bool]) -> int:
    by_content = [i for i in range(len(names)) if _share(body, i, names_image) > 0.5]
    if len(by_content) == 1:
        return by_content[0]
    by_name = _first_named(names, IMAGE_NAMES, by_content or range(len(names)))
    if by_name is not None:
        return by_name
    if by_content:
        raise _unclear(f"Columns {_listed(by_content, names)} all name images; call the one meant 'image'.")
    raise _unclear("No column names an image; it needs one with a file name, such as images/balloon1.jpg.")


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
        raise _unclear(f"Columns {_listed(wordy, names)} could all be the prompt; call it 'prompt'.")
    raise _unclear("No column holds a prompt beside the image.")


def _tag_columns(names: Sequence[str], taken: set[int]) -> dict[str, int]:
    known = {name: tag for tag, spellings in KNOWN_TAGS.items() for name in spellings}
    tags: dict[str, int] = {}
    for column, name in enumerate(names):
        if column in taken:
            continue
        tag = known.get(name, name) or f"column_{column + 1}"
        if tag in tags:
            raise _unclear(f"Two columns are called '{tag}'; rename one.")
        tags[tag] = column
    return tags


def _first_named(names: Sequence[str], wanted: Sequence[str], among: Sequence[int]) -> int | None:
    for name in wanted:
        for column in among:
            if names[column] == name:
                return column
    return None


def _share(body: Sequence[TableRow], column: int, holds: Callable[[str], bool]) -> float:
    """Return the share of the column's filled cells for which `holds`, in [0, 1]."""
    filled = [cell for row in body if (cell := row.cell(column))]
    return sum(map(holds, filled)) / len(filled) if filled else 0.0


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")


def _listed(columns: Sequence[int], names: Sequence[str]) -> str:
    return " and ".join(f"'{names[i]}'" if names[i] else str(i + 1) for i in columns)


def _unclear(message: str) -> ImportProblems:
    return ImportProblems([Problem(None, message)])
