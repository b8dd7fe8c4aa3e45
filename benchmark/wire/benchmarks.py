"""Benchmarks and their pairs."""

from benchmark.protocol import Visibility
from benchmark.wire.common import PageResponse, ResponseModel


class BenchmarkResponse(ResponseModel):
    slug: str
    version: int
    visibility: Visibility
    title: str
    source: str
    licence: str
    content_hash: str
    pairs: int
    images: int
    prompts: int
    scenarios: int


class BenchmarksResponse(PageResponse):
    benchmarks: list[BenchmarkResponse]


class PairResponse(ResponseModel):
    pair_id: str
    image: str
    prompt: str
    scenario: str
    tags: dict[str, str]
    image_url: str


class PairsResponse(PageResponse):
    pairs: list[PairResponse]
