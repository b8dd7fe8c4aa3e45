"""Wire types for benchmarks and their pairs."""

from typing import Annotated

from pydantic import StringConstraints

from benchmark.protocol import Visibility
from benchmark.wire.common import OptionalLine, PageResponse, RequestModel, ResponseModel, Slug


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


class BenchmarkImportRequest(RequestModel):
    """A request to import a dataset from the Hugging Face hub.

    `source` has the form `hf://owner/name` or `hf://owner/name@revision`. By default, the slug is made from
    the name of the dataset, and the title is taken from the dataset's card.
    """

    source: Annotated[str, StringConstraints(max_length=300)]
    slug: Slug | None = None
    title: OptionalLine = ""


class PairResponse(ResponseModel):
    pair_id: str
    image: str
    prompt: str
    scenario: str
    tags: dict[str, str]
    image_url: str


class PairsResponse(PageResponse):
    pairs: list[PairResponse]
