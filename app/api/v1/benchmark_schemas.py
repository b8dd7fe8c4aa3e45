"""Shapes of what is answered about benchmarks."""

from app.api.v1.schemas import Answer


class BenchmarkAnswer(Answer):
    slug: str
    version: int
    title: str
    source: str
    licence: str
    content_hash: str
    pairs: int
    images: int
    prompts: int
    scenarios: int


class PairAnswer(Answer):
    pair_id: str
    image: str
    prompt: str
    scenario: str
    tags: dict[str, str]
    image_url: str


class PairsAnswer(Answer):
    pairs: list[PairAnswer]
    next_cursor: str | None
