"""View models of the first page."""

from dataclasses import dataclass

from app.studies.view_models import StudyLine
from benchmark.protocol import SubmissionStatus


@dataclass(frozen=True)
class SubmissionLine:
    """One submission; `received` of `expected` clips are there."""

    name: str
    benchmark: str
    status: SubmissionStatus
    is_partial: bool
    received: int
    expected: int


@dataclass(frozen=True)
class SubmissionsPart:
    """The list that refreshes itself while a submission is still open."""

    submissions: tuple[SubmissionLine, ...]

    @property
    def url(self) -> str:
        return "/submissions/progress"

    @property
    def is_growing(self) -> bool:
        return any(each.status is SubmissionStatus.OPEN for each in self.submissions)


@dataclass(frozen=True)
class BenchmarkImage:
    url: str
    description: str


@dataclass(frozen=True)
class BenchmarkLine:
    """One benchmark with a few of its images, each of another scenario."""

    slug: str
    title: str
    pairs: int
    images: int
    scenarios: int
    sample_images: tuple[BenchmarkImage, ...]

    @property
    def gallery_url(self) -> str:
        return f"/gallery/{self.slug}"


@dataclass(frozen=True)
class HomePage:
    """The first page; `person` is None for a visitor who has not signed in. Researchers may ask for clips."""

    person: str | None
    may_ask: bool
    studies: tuple[StudyLine, ...]
    submissions: SubmissionsPart
    benchmarks: tuple[BenchmarkLine, ...]

    @property
    def jobs_url(self) -> str:
        return "/jobs"

    @property
    def sign_out_url(self) -> str:
        return "/sign-out"
