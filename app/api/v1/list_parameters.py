"""Defines query parameters of routes that return lists: the parameters of pages, and the types of filters."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Query

from app.cursors import ListOrder, PageRequest
from benchmark.wire.common import BROUGHT_NAME, LABEL, MAX_PAIR_ID_CHARS, SLUG

MAX_LIMIT = 1000


@dataclass(frozen=True)
class ListParameters:
    """The query parameters that select a page of a list."""

    limit: Annotated[
        int, Query(ge=1, le=MAX_LIMIT, description="Maximum number of rows in the response.")
    ] = 100
    cursor: Annotated[
        str | None,
        Query(max_length=2000, description="`next_cursor` of the previous page; none: first page."),
    ] = None

    def page_of(self, order: ListOrder) -> PageRequest:
        return order.page(limit=self.limit, cursor=self.cursor)


ListQuery = Annotated[ListParameters, Depends()]
SlugQuery = Annotated[str | None, Query(pattern=SLUG)]
LabelQuery = Annotated[str | None, Query(pattern=LABEL)]
NameQuery = Annotated[str | None, Query(max_length=MAX_PAIR_ID_CHARS, pattern=BROUGHT_NAME)]
