"""Reads a benchmark in the official layout: a CSV with an image path and a prompt per row, and the images.

Layout: the data set `wang-sj16/TI2V-Bench` on the Hugging Face hub (`prompt.csv` and a folder of images).
"""

import re
from collections.abc import Sequence
from pathlib import Path

from benchmark.importers.column_names import Columns, ReadTable, recognise
from benchmark.importers.csv_table import SEPARATORS, TableRow, parse_rows, read_text
from benchmark.importers.images import ImageFolder, ImageRefused, check_picture, same_bytes
from benchmark.importers.problems import ImportProblems, Problem
from benchmark.importers.source import BenchmarkSource
from benchmark.pairs import PairSpec, canonical_name, pair_id, scenario_of_image

# `<pair id>_<seed>.mp4` has to be a file name, and file systems stop at 255 bytes.
MAX_PAIR_ID_BYTES = 230
MAX_IMAGE_NAME_BYTES = 120
MAX_SCENARIO_LETTERS = 100

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
# A scenario has a page of its own, whose address ends in its name.
_NO_ADDRESS = re.compile(r"[/\\]|^\.+$")
_FRONT_MATTER = re.compile(r"\A---\s*\n(?P<lines>.*?)\n---\s*$", re.DOTALL | re.MULTILINE)


def read_official(place: Path, *, source: str | None = None, within: Path | None = None) -> BenchmarkSource:
    """Read a folder, or the CSV in it that is meant where there are several.

    Args:
        place: the folder or the CSV.
        source: what to record as its origin; the folder's name when not given.
        within: see `ImageFolder`.

    Raises:
        ImportProblems: with every problem found.
    """
    csv_path, folder = (place, place.parent) if place.is_file() else (_only_table(place), place)
    pictures = ImageFolder(folder, within=within)
    table = _read_table(csv_path, pictures)
    reading = _Reading(table.columns, pictures, beside=csv_path.parent)
    for row in table.body:
        reading.add(row)
    if reading.problems:
        raise ImportProblems(reading.problems)
    card = _card(folder)
    return BenchmarkSource(
        title=card.get("pretty_name"),
        pairs=tuple(reading.pairs),
        images=reading.images,
        source=source or f"folder {folder.resolve().name}",
        licence=card.get("license", ""),
    )


def _only_table(folder: Path) -> Path:
    if not folder.is_dir():
        raise ImportProblems([Problem(None, f"There is no folder {folder}.")])
    found = sorted(folder.glob("*.[cC][sS][vV]")) or sorted(folder.rglob("*.[cC][sS][vV]"))
    if not found:
        raise ImportProblems([Problem(None, "The folder holds no CSV with an image and a prompt per row.")])
    if len(found) > 1:
        names = ", ".join(str(path.relative_to(folder)) for path in found[:5])
        message = f"The folder holds {len(found)} CSV files ({names}); name the one that is meant."
        raise ImportProblems([Problem(None, message)])
    return found[0]


def _read_table(csv_path: Path, pictures: ImageFolder) -> ReadTable:
    """Try each separator; the first under which the columns are clear is the one."""
    text = read_text(csv_path)
    refusals: list[ImportProblems] = []
    for rows in _splittings(text, refusals):
        try:
            return recognise(rows, pictures.names_image)
        except ImportProblems as refusal:
            refusals.append(refusal)
    raise refusals[0]


def _splittings(text: str, refusals: list[ImportProblems]) -> list[list[TableRow]]:
    """Split the text at each separator, the most table-like first; what cannot be split is noted."""
    tables = []
    for separator in SEPARATORS:
        try:
            tables.append(parse_rows(text, separator))
        except ImportProblems as refusal:
            refusals.append(refusal)
    return sorted(tables, key=_evenness, reverse=True)


def _evenness(rows: Sequence[TableRow]) -> int:
    """Return how many rows are as wide as the first, 0 where that is one cell: a prompt may hold commas."""
    width = len(rows[0].cells) if rows else 0
    return sum(len(row.cells) == width for row in rows) if width > 1 else 0


class _Reading:
    """Pairs, images and problems gathered row by row."""

    def __init__(self, columns: Columns, pictures: ImageFolder, *, beside: Path) -> None:
        self._columns = columns
        self._pictures = pictures
        self._beside = beside
        self._first_rows: dict[str, tuple[int, PairSpec]] = {}
        self._checked: set[Path] = set()
        self.pairs: list[PairSpec] = []
        self.images: dict[str, Path] = {}
        self.problems: list[Problem] = []

    def add(self, row: TableRow) -> None:
        image, prompt = row.cell(self._columns.image), row.cell(self._columns.prompt)
        if any(row.cells[self._columns.width :]):
            self._complain(
                row, f"The row has more than {self._columns.width} cells; put a text with commas in quotes."
            )
        if not prompt:
            self._complain(row, "The prompt is empty.")
        name = self._take_image(row, image)
        if name and prompt:
            self._take_pair(row, self._pair(row, name, prompt))

    def _take_image(self, row: TableRow, cell: str) -> str | None:
        """Return the name of the row's image, its problems noted; None if none is meant."""
        if not cell:
            self._complain(row, "The image is not named.")
            return None
        try:
            path = self._pictures.find(cell, beside=self._beside)
            self._check_once(path)
        except ImageRefused as refusal:
            self._complain(row, str(refusal))
            return None
        name = canonical_name(path.stem)
        known = self.images.setdefault(name, path)
        if known != path and not same_bytes([known, path]):
            self._complain(row, f"Two different images are called {name}; rename one.")
        return name

    def _check_once(self, path: Path) -> None:
        if path not in self._checked:
            self._checked.add(path)
            check_picture(path)

    def _pair(self, row: TableRow, image: str, prompt: str) -> PairSpec:
        tags = {tag: cell for tag, column in self._columns.tags.items() if (cell := row.cell(column))}
        return PairSpec(
            id=pair_id(image, prompt),
            image=image,
            prompt=prompt,
            scenario=tags.pop("scenario", "") or scenario_of_image(image),
            style=tags.pop("style", None),
            hard_case=tags.pop("hard_case", None),
            tags=tags,
        )

    def _take_pair(self, row: TableRow, pair: PairSpec) -> None:
        for message in _unusable_names(pair):
            self._complain(row, message)
        first_row, first = self._first_rows.setdefault(pair.id, (row.number, pair))
        if first is pair:
            self.pairs.append(pair)
        elif (first.image, first.prompt) == (pair.image, pair.prompt):
            self._complain(row, f"The pair stands in row {first_row} already.")
        else:
            self._complain(
                row, f"Its clip would be called {pair.id}, as that of row {first_row}; reword the prompt."
            )

    def _complain(self, row: TableRow, message: str) -> None:
        self.problems.append(Problem(row.number, message))


def _unusable_names(pair: PairSpec) -> Sequence[str]:
    flaws = (
        (len(pair.id.encode()) > MAX_PAIR_ID_BYTES, "The prompt is too long for the file name of its clip."),
        (len(pair.image.encode()) > MAX_IMAGE_NAME_BYTES, "The image's name is too long."),
        (len(pair.scenario) > MAX_SCENARIO_LETTERS, "The scenario's name is too long."),
        (
            bool(_CONTROL.search(pair.prompt + pair.image + pair.scenario)),
            "There are control characters in the row.",
        ),
        (
            bool(_NO_ADDRESS.search(pair.scenario)),
            "The scenario's name has a slash in it, or is dots alone; call it something else.",
        ),
    )
    return [message for is_flawed, message in flaws if is_flawed]


def _card(folder: Path) -> dict[str, str]:
    """Return the plain `name: value` lines a data set's card (README.md) begins with."""
    readme = folder / "README.md"
    if not readme.is_file():
        return {}
    matter = _FRONT_MATTER.match(readme.read_text(encoding="utf-8-sig", errors="replace"))
    lines = matter["lines"].splitlines() if matter else []
    pairs = (line.split(":", 1) for line in lines if re.match(r"[a-z_]+:\s*\S", line))
    return {name: value.strip().strip("\"'") for name, value in pairs}
