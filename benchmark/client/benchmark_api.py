"""REST requests that read benchmarks, their pairs and their images."""

from collections.abc import Iterator
from urllib.parse import quote

from benchmark.client.transport import API, Transport
from benchmark.wire.benchmarks import BenchmarkResponse, PairResponse, PairsResponse

PAGE_SIZE = 500


class BenchmarkApi:
    """`client.benchmarks`."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def list(self) -> list[BenchmarkResponse]:
        """Return the newest version of each benchmark."""
        return self._transport.get("/benchmarks", list[BenchmarkResponse])

    def get(self, slug: str) -> BenchmarkResponse:
        return self._transport.get(_path(slug), BenchmarkResponse)

    def pairs(self, slug: str) -> Iterator[PairResponse]:
        """Yield every pair in the benchmark's order."""
        cursor: str | None = None
        while True:
            query = {"limit": PAGE_SIZE, "cursor": cursor}
            page = self._transport.get(f"{_path(slug)}/pairs", PairsResponse, query)
            yield from page.pairs
            cursor = page.next_cursor
            if cursor is None:
                return

    def image(self, slug: str, pair_id: str) -> bytes:
        """Return the bytes of a pair's input image, as they were imported."""
        return self._transport.download(f"{API}{_path(slug)}/pairs/{quote(pair_id, safe='')}/image")


def _path(slug: str) -> str:
    return f"/benchmarks/{quote(slug, safe='')}"
