"""Divides long lists into pages."""

from dataclasses import dataclass
from urllib.parse import urlencode


@dataclass(frozen=True)
class PageLink:
    number: int
    url: str
    is_current: bool


@dataclass(frozen=True)
class Pager:
    """The pages of a list.

    Attributes:
        number: the current page, from 1.
        count: the number of pages, at least 1.
        path: the URL without its query.
        query: the query parameters besides the page number. The URL omits empty parameters.
        anchor: the HTML id of the list.
        parameter: the name of the query parameter with the page number.
    """

    number: int
    count: int
    path: str
    query: tuple[tuple[str, str], ...]
    anchor: str
    parameter: str = "page"

    @property
    def links(self) -> tuple[PageLink, ...]:
        return tuple(
            PageLink(number, self.url(number), number == self.number) for number in range(1, self.count + 1)
        )

    def url(self, number: int, *, anchor: str = "") -> str:
        """Return the URL of a page; the browser scrolls to the HTML id `anchor`, by default to the list."""
        parameters = [(name, value) for name, value in self.query if value]
        if number > 1:
            parameters.append((self.parameter, str(number)))
        query = f"?{urlencode(parameters)}" if parameters else ""
        return f"{self.path}{query}#{anchor or self.anchor}"


def page_count(items: int, per_page: int) -> int:
    """Return the number of pages of a list.

    >>> page_count(0, 50), page_count(50, 50), page_count(51, 50)
    (1, 1, 2)
    """
    return max(1, -(-items // per_page))
