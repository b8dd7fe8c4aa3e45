"""Reads all pages of a list."""

from collections.abc import Iterator
from typing import TypeVar

from benchmark.client.transport import Query, Transport
from benchmark.wire.common import PageResponse

PAGE_SIZE = 500
AnyPage = TypeVar("AnyPage", bound=PageResponse)


def all_pages(
    transport: Transport, path: str, kind: type[AnyPage], query: Query | None = None
) -> Iterator[AnyPage]:
    """Yield every page of a list.

    Args:
        query: the filters of the list; filters with the value None are not sent.
    """
    cursor: str | None = None
    while True:
        page = transport.get(path, kind, {**(query or {}), "limit": PAGE_SIZE, "cursor": cursor})
        yield page
        cursor = page.next_cursor
        if cursor is None:
            return
