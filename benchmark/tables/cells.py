"""Converts the cells of a table to names, texts, flags, numbers and times, and collects invalid cells."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TypeVar

import numpy as np

from benchmark.pairs import canonical_name
from benchmark.stats.arrays import BoolArray, IntArray
from benchmark.tables.hidden_letters import hidden_letter_message, visible_text
from benchmark.tables.lookalikes import first_difference, lookalikes
from benchmark.tables.problems import Problems, shown_cell
from benchmark.tables.table import BLANK, Table, Value

MAX_WHOLE_NUMBER = 2**53 - 1
FLAGS = {"0": 0, "1": 1, "false": 0, "true": 1}
# Texts that spreadsheets and pandas write into a cell for a missing value or a failed formula.
_ERRORS = frozenset({"nan", "<na>", "#n/a", "#ref!", "#value!", "#div/0!", "#name?", "#null!", "#num!"})
# A prompt or caption must not be one of these texts. A name may be `none`, `null` or `n/a`, such as a tag.
_NO_TEXTS = _ERRORS | {"none", "null", "n/a"}
_WHOLE_NUMBER = re.compile(r"[0-9]+(\.0)?")

Converted = TypeVar("Converted")


class _Refused(ValueError):
    """A cell cannot be converted; the message is a sentence with the reason."""


@dataclass(frozen=True)
class Names:
    """A column of names, stored as integer codes that index `names`. An empty cell has the code BLANK."""

    codes: IntArray
    names: tuple[str, ...]

    def at(self, row: int) -> str:
        """Return the name in a row; an empty string if the cell is empty."""
        code = int(self.codes[row])
        return "" if code == BLANK else self.names[code]

    def among(self, rows: IntArray) -> "Names":
        """Return the names of the selected rows, with new codes in the alphabetical order of the names.

        Because the codes are in alphabetical order, results do not depend on the row order
        (docs/decisions/0007).
        """
        codes = self.codes[rows]
        first = first_places(codes, len(self.names))
        present = np.flatnonzero(first < len(codes))
        order = np.array(sorted(present.tolist(), key=lambda code: self.names[code]), dtype=np.int64)
        renumbered = np.full(len(self.names) + 1, BLANK)
        renumbered[order] = np.arange(len(order))
        return Names(renumbered[codes], tuple(self.names[index] for index in order))


@dataclass
class CellReader:
    """Reads the columns of one table and adds every invalid cell to `problems`."""

    table: Table
    problems: Problems = field(init=False)

    def __post_init__(self) -> None:
        self.problems = self.table.problems()

    def names(self, column: str, *, required: bool = False) -> Names:
        """Return a column of names in NFC without outer white space.

        If the column is missing, every cell is BLANK.

        If two different names look the same, this is a problem, because the names would be counted
        separately.
        """
        if column not in self.table:
            return Names(np.full(len(self.table), BLANK), ())
        codes, names = self._converted(column, _name)
        by_name = {name: index for index, name in enumerate(dict.fromkeys(filter(None, names)))}
        renumbered = np.array([*(by_name.get(name or "", BLANK) for name in names), BLANK])
        read = Names(renumbered[codes], tuple(by_name))
        for name, first in lookalikes(by_name):
            self.problems.add_where(read.codes == by_name[name], lookalike_message(name, first), column)
        if required:
            wrong = np.array([*(name is None for name in names), False])[codes]
            self.problems.add_where((read.codes == BLANK) & ~wrong, "The cell is empty.", column)
        return read

    def texts(self, column: str, *, required: bool = False) -> list[str]:
        """Return a column of texts. Each run of white space, including line breaks, becomes one space."""
        if column not in self.table:
            return [""] * len(self.table)
        codes, texts = self._converted(column, text_cell)
        if required:
            empty = np.array([*(text == "" for text in texts), True])[codes]
            self.problems.add_where(empty, "The cell is empty.", column)
        found = [*(text or "" for text in texts), ""]
        return [found[code] for code in codes.tolist()]

    def flags(self, column: str) -> BoolArray:
        """Return a column of flags (0 and 1, or true and false) as booleans; an empty cell is a problem."""
        codes, flags = self._converted(column, _flag)
        self.problems.add_where(codes == BLANK, "The cell is empty. Write 0 or 1.", column)
        is_set: BoolArray = np.array([*(bool(flag) for flag in flags), False])[codes]
        return is_set

    def optional_flags(self, column: str) -> list[bool | None]:
        """Return a column of flags (0 and 1, or true and false) row by row; None for an empty cell."""
        if column not in self.table:
            return [None] * len(self.table)
        codes, flags = self._converted(column, _flag)
        found = [*(None if flag is None else bool(flag) for flag in flags), None]
        return [found[code] for code in codes.tolist()]

    def whole_numbers(self, column: str, *, maximum: int = MAX_WHOLE_NUMBER) -> IntArray:
        """Return a column of non-negative integers. An empty cell or a missing column gives BLANK."""
        if column not in self.table:
            return np.full(len(self.table), BLANK)
        codes, numbers = self._converted(column, lambda value: _whole_number(value, maximum))
        found = np.array([*(BLANK if number is None else number for number in numbers), BLANK], np.int64)
        return found[codes]

    def times(self, column: str) -> list[datetime | None]:
        """Return a column of ISO 8601 times, converted to UTC; None for an empty cell.

        A time without a time zone is read as UTC.
        """
        if column not in self.table:
            return [None] * len(self.table)
        codes, times = self._converted(column, _time)
        found = [*times, None]
        return [found[code] for code in codes.tolist()]

    def _converted(
        self, column: str, convert: Callable[[Value], Converted | None]
    ) -> tuple[IntArray, list[Converted | None]]:
        """Return a column's codes and the converted value of each code; an invalid value becomes None."""
        read = self.table.columns[column]
        converted: list[Converted | None] = []
        for code, value in enumerate(read.values):
            try:
                converted.append(convert(value))
            except _Refused as error:
                converted.append(None)
                self.problems.add_where(read.codes == code, str(error), column)
        return read.codes, converted


def first_places(codes: IntArray, count: int) -> IntArray:
    """Return the first row in which each code occurs, (count,).

    A code that does not occur has the value len(codes).
    """
    places = np.full(count + 1, len(codes))
    # The last assignment to an index wins, so assigning in reverse order keeps the first occurrence.
    places[codes[::-1]] = np.arange(len(codes))[::-1]
    return places[:count]


def lookalike_message(name: str, first: str) -> str:
    """Return a sentence for a name that looks like an earlier name."""
    return (
        f"{shown_cell(name)} looks like {shown_cell(first)} in a row above, but contains "
        f"{first_difference(name, first)}. Write the name in one way."
    )


def _name(value: Value) -> str:
    if isinstance(value, bool | float):
        raise _Refused(f"{value} is not a name. Write it as a text.")
    name = canonical_name(str(value).strip())
    if name.lower() in _ERRORS:
        raise _missing(name)
    hidden = hidden_letter_message(name)
    if hidden is not None:
        raise _Refused(hidden)
    return name


def text_cell(value: object) -> str:
    """Return a text in NFC without invisible characters, in which each run of white space is one space.

    Raises:
        ValueError: the value is not a text, stands for a missing value or has control characters; the
            message is a sentence with the reason.
    """
    if not isinstance(value, str):
        raise _Refused(f"{value} is not a text.")
    text = canonical_name(visible_text(value))
    if is_missing_text(text):
        raise _missing(text)
    if any(unicodedata.category(letter) in ("Cc", "Cs") for letter in text):
        raise _Refused(f"{shown_cell(text)} contains control characters.")
    return text


def _flag(value: Value) -> int:
    text = str(value).strip().lower()
    if isinstance(value, float) and value in (0, 1):
        text = str(int(value))
    if text not in FLAGS:
        raise _Refused(f"{shown_cell(value)} is not 0 or 1.")
    return FLAGS[text]


def _whole_number(value: Value, maximum: int) -> int | None:
    text = str(value).strip()
    if not text:
        return None
    if isinstance(value, bool) or not (text.isascii() and _WHOLE_NUMBER.fullmatch(text)):
        raise _Refused(f"{shown_cell(value)} is not a whole number. Write it with digits only.")
    number = int(text.removesuffix(".0"))
    if number > maximum:
        raise _Refused(f"{shown_cell(value)} is more than {maximum}.")
    return number


def _time(value: Value) -> datetime | None:
    text = str(value).strip()
    if not text:
        return None
    try:
        if text.isdecimal():  # `fromisoformat` reads some numbers of milliseconds since 1970 as years
            raise ValueError("a number is not a time")
        time = datetime.fromisoformat(text)
        # In some time zones, times on the first or last day of the calendar cannot be converted to UTC.
        return (time if time.tzinfo else time.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise _Refused(
            f"{shown_cell(text)} is not a time in ISO 8601, such as 2026-03-14T09:26:53Z."
        ) from error


def is_missing_text(text: str) -> bool:
    """Return whether a text, such as `null` or `#REF!`, stands for a missing value or a failed formula."""
    return text.lower() in _NO_TEXTS


def _missing(text: str) -> _Refused:
    return _Refused(f"{shown_cell(text)} is a missing value or a failed formula. Leave the cell empty.")
