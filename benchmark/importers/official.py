"""Reads a benchmark in the official layout: a folder of images, and a table of image paths and prompts.

The dataset `wang-sj16/TI2V-Bench` on the Hugging Face hub has this layout: `prompt.csv` has one
row per pair.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from benchmark.importers.column_names import PairTable, identify_columns
from benchmark.importers.images import ImageFolder, ImageRefused, check_image, same_bytes
from benchmark.importers.layouts import known_layout
from benchmark.importers.problems import ImportProblems
from benchmark.importers.rows import TEXT_SUFFIXES, TYPED_SUFFIXES, TableRow, possible_rows
from benchmark.importers.source import BenchmarkSource
from benchmark.pairs import PairSpec, canonical_name, is_hidden_file, pair_id, scenario_of_image
from benchmark.tables import TableProblem
from benchmark.tables.cells import is_missing_text
from benchmark.tables.delimited import width_message
from benchmark.tables.hidden_letters import hidden_letter_message, visible_text
from benchmark.tables.problems import shown_cell

TABLE_SUFFIXES = (*TEXT_SUFFIXES, *TYPED_SUFFIXES)

# `<pair id>_<seed>.mp4` must be a valid file name; file systems allow 255 bytes.
MAX_PAIR_ID_BYTES = 230
MAX_IMAGE_NAME_BYTES = 120
MAX_SCENARIO_LETTERS = 100

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
# The URL of a scenario's page ends in the scenario's name.
_NOT_IN_URL = re.compile(r"[/\\]|^\.+$")
_FRONT_MATTER = re.compile(r"\A---\s*\n(?P<lines>.*?)\n---\s*$", re.DOTALL | re.MULTILINE)


def read_official(path: Path, *, source: str | None = None, within: Path | None = None) -> BenchmarkSource:
    """Read a benchmark from its folder, or from a table in the folder (CSV, TSV, JSONL or Parquet).

    Folders in the layout of another paper's benchmark are recognised (see `layouts`).

    Args:
        path: the benchmark's folder; if the folder contains several tables, the path of the table.
        source: the text to record as the benchmark's source; by default the folder's name.
        within: see `ImageFolder`.

    Raises:
        ImportProblems: the benchmark cannot be imported; the error contains every problem found.
    """
    known = known_layout(path)
    if known is not None:
        table_path, folder = (path, path.parent) if path.is_file() else (path / "layout", path)
    else:
        table_path, folder = (path, path.parent) if path.is_file() else (_only_table(path), path)
    images = ImageFolder(folder, within=within)
    table = known or _read_table(table_path, images)
    collector = _PairCollector(table, images, beside=table_path.parent)
    for row in table.body:
        collector.add(row)
    if collector.problems:
        raise ImportProblems(collector.problems, table_path.name)
    card = _dataset_card(folder)
    return BenchmarkSource(
        title=card.get("pretty_name"),
        pairs=tuple(collector.pairs),
        images=collector.images,
        source=source or f"folder {folder.resolve().name}",
        licence=card.get("license", ""),
        remark=table.remark,
    )


def _only_table(folder: Path) -> Path:
    if not folder.is_dir():
        raise ImportProblems.of(f"There is no folder {folder}.")
    files = sorted(path for path in folder.rglob("*") if path.suffix.lower() in TABLE_SUFFIXES)
    tables = [path for path in files if not any(map(is_hidden_file, path.relative_to(folder).parts))]
    for suffix in TABLE_SUFFIXES:
        of_kind = [path for path in tables if path.suffix.lower() == suffix]
        found = [path for path in of_kind if path.parent == folder] or of_kind
        if len(found) > 1:
            names = ", ".join(str(path.relative_to(folder)) for path in found[:5])
            kind = suffix.removeprefix(".").upper()
            message = (
                f"The folder contains {len(found)} {kind} files ({names}). Name the file "
                "instead of the folder."
            )
            raise ImportProblems.of(message)
        if found:
            return found[0]
    raise ImportProblems.of("The folder contains no CSV with an image and a prompt per row.")


def _read_table(path: Path, images: ImageFolder) -> PairTable:
    """Parse the table with the first delimiter that gives unambiguous columns."""
    tables, errors = possible_rows(path)
    for table in tables:
        try:
            pairs = identify_columns(table.rows, images.is_image_name)
        except ImportProblems as error:
            errors.append(ImportProblems(error.problems, path.name))
            continue
        problems = [*table.problems, *_irregular_rows(pairs)]
        if problems:
            raise ImportProblems(problems, path.name)
        return replace(pairs, remark=table.remark)
    raise errors[0]


def _irregular_rows(pairs: PairTable) -> list[TableProblem]:
    width = len(pairs.columns.labels)
    return [
        TableProblem(width_message(len(row.cells), width), row.line)
        for row in pairs.body
        if len(row.cells) != width
    ]


class _PairCollector:
    """Collects the pairs, images and problems of a table, row by row."""

    def __init__(self, table: PairTable, folder: ImageFolder, *, beside: Path) -> None:
        self._columns = table.columns
        self._names = table.names
        self._folder = folder
        self._beside = beside
        self._first_lines: dict[str, tuple[int, PairSpec]] = {}
        self._checked: set[Path] = set()
        self.pairs: list[PairSpec] = []
        self.images: dict[str, Path] = {}
        self.problems: list[TableProblem] = []

    def add(self, row: TableRow) -> None:
        image, prompt = row.cells[self._columns.image], visible_text(row.cells[self._columns.prompt])
        if not prompt:
            self._add_problem(row, "The prompt is empty.", self._columns.prompt)
        elif self._columns.prompt in row.not_text:
            self._add_problem(row, f"{prompt} is not a text.", self._columns.prompt)
        elif is_missing_text(prompt):
            message = f"{shown_cell(prompt)} is a missing value or a failed formula. Write the prompt."
            self._add_problem(row, message, self._columns.prompt)
        name = self._add_image(row, image)
        if name and prompt:
            self._add_pair(row, self._pair(row, name, prompt))

    def _add_image(self, row: TableRow, cell: str) -> str | None:
        """Add the row's image and return the image's name; None if the image cannot be used."""
        if not cell:
            self._add_problem(row, "The image's name is empty.", self._columns.image)
            return None
        try:
            path = self._folder.find(cell, beside=self._beside)
            self._check_once(path)
        except ImageRefused as error:
            self._add_problem(row, str(error), self._columns.image)
            return None
        name = self._names.get(cell) or canonical_name(path.stem)
        known = self.images.setdefault(name, path)
        if known != path and not same_bytes([known, path]):
            self._add_problem(
                row, f"Two different images have the name {name}. Rename one of them.", self._columns.image
            )
        return name

    def _check_once(self, path: Path) -> None:
        if path not in self._checked:
            self._checked.add(path)
            check_image(path)

    def _pair(self, row: TableRow, image: str, prompt: str) -> PairSpec:
        tags = {tag: cell for tag, column in self._columns.tags.items() if (cell := row.cells[column])}
        return PairSpec(
            id=pair_id(image, prompt),
            image=image,
            prompt=prompt,
            scenario=tags.pop("scenario", "") or scenario_of_image(image),
            style=tags.pop("style", None),
            hard_case=tags.pop("hard_case", None),
            tags=tags,
        )

    def _add_pair(self, row: TableRow, pair: PairSpec) -> None:
        for message in _invalid_names(pair):
            self._add_problem(row, message)
        for named in filter(None, (pair.image, pair.scenario, pair.style, pair.hard_case)):
            hidden = hidden_letter_message(named)
            if hidden is not None and not _CONTROL.search(named):
                self._add_problem(row, hidden)
        first_line, first = self._first_lines.setdefault(pair.id, (row.line, pair))
        if first is pair:
            self.pairs.append(pair)
        elif (first.image, first.prompt) == (pair.image, pair.prompt):
            self._add_problem(row, f"The same pair is on line {first_line}.")
        else:
            self._add_problem(
                row, f"The pair id {pair.id} is the same as on line {first_line}. Change one of the prompts."
            )

    def _add_problem(self, row: TableRow, message: str, column: int | None = None) -> None:
        label = self._columns.labels[column] if column is not None else None
        self.problems.append(TableProblem(message, row.line, label))


def _invalid_names(pair: PairSpec) -> Sequence[str]:
    checks = (
        (len(pair.id.encode()) > MAX_PAIR_ID_BYTES, "The prompt is too long for the file name of its clip."),
        (len(pair.image.encode()) > MAX_IMAGE_NAME_BYTES, "The image's name is too long."),
        (len(pair.scenario) > MAX_SCENARIO_LETTERS, "The scenario's name is too long."),
        (
            bool(_CONTROL.search(pair.prompt + pair.image + pair.scenario)),
            "The row contains control characters.",
        ),
        (
            bool(_NOT_IN_URL.search(pair.scenario)),
            "The scenario's name contains a slash or consists of dots. Rename it.",
        ),
    )
    return [message for is_invalid, message in checks if is_invalid]


def _dataset_card(folder: Path) -> dict[str, str]:
    """Return the plain `name: value` lines from the front matter of README.md, the dataset's card."""
    readme = folder / "README.md"
    if not readme.is_file():
        return {}
    matter = _FRONT_MATTER.match(readme.read_text(encoding="utf-8-sig", errors="replace"))
    lines = matter["lines"].splitlines() if matter else []
    pairs = (line.split(":", 1) for line in lines if re.match(r"[a-z_]+:\s*\S", line))
    return {name: value.strip().strip("\"'") for name, value in pairs}
