"""What the first page shows: studies one may look at, or how to get in."""

from dataclasses import dataclass
from datetime import datetime

from benchmark.protocol import StudyStatus


@dataclass(frozen=True)
class StudyLine:
    """One study in a list; `results_url` leads to its numbers."""

    slug: str
    title: str
    status: StudyStatus
    votes: int
    votes_wanted: int
    matchups: int
    created_at: datetime

    @property
    def results_url(self) -> str:
        return f"/studies/{self.slug}/results"


@dataclass(frozen=True)
class BenchmarkLine:
    slug: str
    title: str
    pairs: int
    images: int
    scenarios: int


@dataclass(frozen=True)
class HomePage:
    """The first page; `person` is None for a visitor who has not signed in."""

    person: str | None
    studies: tuple[StudyLine, ...]
    benchmarks: tuple[BenchmarkLine, ...]
