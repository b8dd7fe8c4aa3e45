"""Splits lists into pages.

A cursor holds the sort key of a page's last row, so rows added later do not shift the next pages.
"""

import base64
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Generic, TypeVar

from app.errors import Invalid

Key = tuple[int | str, ...]
Row = TypeVar("Row")

_MAX_TEXT = 400


class KeyType(Enum):
    """The type of a column by which a list is sorted, with the range of values that fit into the column."""

    TEXT = auto()
    INTEGER = auto()
    BIG_INTEGER = auto()

    def holds(self, value: object) -> bool:
        if self is KeyType.TEXT:
            return isinstance(value, str) and value.isprintable() and len(value) <= _MAX_TEXT
        most = 2**31 - 1 if self is KeyType.INTEGER else 2**63 - 1
        return type(value) is int and 0 <= value <= most


@dataclass(frozen=True)
class ListOrder:
    """The order of a list: the list's name, and the types of the columns by which the list is sorted."""

    name: str
    types: tuple[KeyType, ...]

    def page(self, *, limit: int, cursor: str | None) -> "PageRequest":
        """Return the page that follows a cursor; without a cursor, the first page.

        Raises:
            Invalid: the cursor does not come from this list (`invalid_cursor`).
        """
        return PageRequest(self, limit, None if cursor is None else self._key(cursor))

    def everything(self) -> "PageRequest":
        """Return the page that contains the whole list."""
        return PageRequest(self, None, None)

    def cursor(self, key: Key) -> str:
        """Return an opaque text that encodes the sort key of a row."""
        return base64.urlsafe_b64encode(_document(self.name, key)).decode().rstrip("=")

    def _key(self, cursor: str) -> Key:
        try:
            found = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        except (ValueError, RecursionError):
            found = None
        if not isinstance(found, list) or found[:1] != [self.name] or not self._fits(found[1:]):
            raise Invalid(
                "cursor: this is no cursor of this list. Send next_cursor of the previous page, unchanged.",
                code="invalid_cursor",
            )
        return tuple(found[1:])

    def _fits(self, key: Sequence[object]) -> bool:
        return len(key) == len(self.types) and all(map(KeyType.holds, self.types, key))


@dataclass(frozen=True)
class PageRequest:
    """A request for at most `limit` rows after the row with the key `after`.

    Without `limit`, all rows are returned; without `after`, the page starts at the first row.
    """

    order: ListOrder
    limit: int | None
    after: Key | None

    @property
    def fetched(self) -> int | None:
        """The number of rows to read: one more than `limit`, to find out whether there is a next page."""
        return None if self.limit is None else self.limit + 1

    def cut(self, rows: Sequence[Row], key: Callable[[Row], Key]) -> "Page[Row]":
        """Return the first `limit` rows as a page; if more rows were fetched, add the next page's cursor."""
        if self.limit is None or len(rows) <= self.limit:
            return Page(list(rows), None)
        kept = list(rows[: self.limit])
        return Page(kept, self.order.cursor(key(kept[-1])))


@dataclass(frozen=True)
class Page(Generic[Row]):
    rows: list[Row]
    next_cursor: str | None


def _document(name: str, key: Key) -> bytes:
    return json.dumps([name, *key], ensure_ascii=False, separators=(",", ":")).encode()
