"""Reads training clips from a folder of videos with a table of captions."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from benchmark.pairs import find_path
from benchmark.tables import Problems, TableError, read_table
from benchmark.tables.cells import CellReader
from benchmark.tables.table import Table
from models.training.clip_sources import ClipLabel, ClipSource, is_held_out
from models.training.data_settings import DataSettings
from models.training.errors import BadConfig
from models.training.video_windows import clip_windows, file_content, read_window

CAPTION_COLUMNS = ("file", "caption", "held_out")
# In WebVid's table, the path of a video is page_dir/videoid.mp4, and its caption is in the column `name`.
WEBVID_COLUMNS = ("videoid", "page_dir", "name")


@dataclass(frozen=True)
class CaptionRow:
    """A row of a table of captions; `held_out` is None if the table does not state it."""

    file: str
    caption: str
    held_out: bool | None


def folder_clips(data: DataSettings) -> Iterator[ClipSource]:
    """Yield the windows of all clips in the table of captions.

    Raises:
        BadConfig: the table cannot be read.
    """
    folder = Path(data.folder)
    for row in read_captions(folder / data.captions):
        path = find_path(folder / row.file)
        held_out = is_held_out(row.file, data.held_out_share) if row.held_out is None else row.held_out
        label = ClipLabel(row.file, file_content(path, data.identity), row.caption, held_out)
        yield from clip_windows(label, data, partial(read_window, path, data))


def read_captions(path: Path) -> list[CaptionRow]:
    """Return the rows of a table of captions; the table has our columns or WebVid's columns.

    A line break in a caption becomes a space.

    Raises:
        BadConfig: the table cannot be read; the message names lines and columns.
    """
    try:
        table = read_table(path, {*CAPTION_COLUMNS, *WEBVID_COLUMNS})
        cells = CellReader(table)
        is_webvid = "file" not in table and "videoid" in table
        rows = list(_webvid_rows(table, cells) if is_webvid else _caption_rows(table, cells))
        _refuse_contradictions(rows, cells.problems)
        cells.problems.raise_if_any()
    except TableError as error:
        raise BadConfig(f"data.captions: {error}") from error
    except OSError as error:
        raise BadConfig(f"data.captions: {path} cannot be read: {error.strerror}.") from error
    return rows


def _caption_rows(table: Table, cells: CellReader) -> Iterator[CaptionRow]:
    table.require(CAPTION_COLUMNS[:2])
    files = cells.names("file", required=True)
    columns = zip(cells.texts("caption", required=True), cells.optional_flags("held_out"), strict=True)
    for row, (caption, flag) in enumerate(columns):
        yield CaptionRow(files.at(row), caption, flag)


def _webvid_rows(table: Table, cells: CellReader) -> Iterator[CaptionRow]:
    table.require(WEBVID_COLUMNS)
    folders, videos = cells.names("page_dir", required=True), cells.names("videoid", required=True)
    columns = zip(cells.texts("name", required=True), cells.optional_flags("held_out"), strict=True)
    for row, (caption, flag) in enumerate(columns):
        yield CaptionRow(f"{folders.at(row)}/{videos.at(row)}.mp4", caption, flag)


def _refuse_contradictions(rows: Sequence[CaptionRow], problems: Problems) -> None:
    """Report rows that repeat a file's caption, and files that are both held out and used for training."""
    captions: set[tuple[Path, str]] = set()
    flags: dict[Path, bool | None] = {}
    for number, row in enumerate(rows):
        file = Path(row.file)
        if (file, row.caption) in captions:
            problems.add(number, "A row above has the same file and caption. Delete one of the rows.", "file")
        elif flags.setdefault(file, row.held_out) != row.held_out:
            problems.add(number, "A row above has another held_out for this file.", "held_out")
        captions.add((file, row.caption))
