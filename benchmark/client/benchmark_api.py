"""Sends REST requests that read benchmarks, their pairs and their images."""

from collections.abc import Iterator
from urllib.parse import quote

from benchmark.client.page_iterator import all_pages
from benchmark.client.transport import API, Transport
from benchmark.protocol import Visibility
from benchmark.wire.benchmarks import BenchmarkResponse, BenchmarksResponse, PairResponse, PairsResponse


class BenchmarkApi:
    """The methods of `client.benchmarks`."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def list(self, *, visibility: Visibility | None = None) -> list[BenchmarkResponse]:
        """Return the newest version of each benchmark, sorted by slug."""
        pages = all_pages(self._transport, "/benchmarks", BenchmarksResponse, {"visibility": visibility})
        return [row for page in pages for row in page.benchmarks]

    def get(self, slug: str) -> BenchmarkResponse:
        return self._transport.get(_path(slug), BenchmarkResponse)

    def pairs(
        self, slug: str, *, scenario: str | None = None, image: str | None = None
    ) -> Iterator[PairResponse]:
        """Yield the pairs of a benchmark, in the benchmark's order.

        Args:
            scenario: yield only the pairs of this scenario.
            image: yield only the pairs with this image.
        """
        query = {"scenario": scenario, "image": image}
        for page in all_pages(self._transport, f"{_path(slug)}/pairs", PairsResponse, query):
            yield from page.pairs

    def image(self, slug: str, pair_id: str) -> bytes:
        """Return the bytes of a pair's input image."""
        return self._transport.download(f"{API}{_path(slug)}/pairs/{quote(pair_id, safe='')}/image")


def _path(slug: str) -> str:
    return f"/benchmarks/{quote(slug, safe='')}"
