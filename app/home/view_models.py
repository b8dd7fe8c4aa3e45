"""View models of the home page."""

from dataclasses import dataclass, field, replace
from enum import StrEnum

from app.pager import Pager
from app.studies.queries import StudyFilter
from app.studies.view_models import StudyLine
from benchmark.protocol import Role, StudyStatus, SubmissionStatus


@dataclass(frozen=True)
class SubmissionLine:
    """One submission in the list.

    `received` counts the clips on the server; `expected` counts the clips of a complete submission.
    """

    public_id: str
    name: str
    benchmark: str
    status: SubmissionStatus
    is_partial: bool
    received: int
    expected: int

    @property
    def url(self) -> str:
        """Return the upload page's URL for an open submission, and otherwise the submission page's URL."""
        page = f"/submissions/{self.public_id}"
        return f"{page}/upload" if self.status is SubmissionStatus.OPEN else page

    @property
    def status_label(self) -> str:
        return "receiving clips" if self.status is SubmissionStatus.OPEN else self.status


@dataclass(frozen=True)
class SubmissionsPart:
    """A page of the list of submissions. The home page polls this list while a submission is open.

    `can_upload` tells whether this person can upload clips.
    """

    submissions: tuple[SubmissionLine, ...]
    page: int = 1
    can_upload: bool = True

    @property
    def url(self) -> str:
        return f"/submissions/progress?submissions={self.page}"

    @property
    def is_growing(self) -> bool:
        return any(each.status is SubmissionStatus.OPEN for each in self.submissions)


@dataclass(frozen=True)
class BenchmarkImage:
    url: str
    description: str


@dataclass(frozen=True)
class BenchmarkLine:
    """One benchmark with sample images, each from a different scenario."""

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
class PublishedStudy:
    """A closed study whose results everybody can read."""

    slug: str
    title: str

    @property
    def url(self) -> str:
        return f"/studies/{self.slug}/results"


class StudyList(StrEnum):
    """The studies that the home page lists: current, archived or deleted studies."""

    CURRENT = "current"
    ARCHIVED = "archived"
    DELETED = "deleted"

    @property
    def url(self) -> str:
        return "/" if self is StudyList.CURRENT else f"/?show={self}"

    @property
    def filter(self) -> StudyFilter:
        return StudyFilter(archived=self is StudyList.ARCHIVED, deleted=self is StudyList.DELETED)


@dataclass(frozen=True)
class StudySearch:
    """Which studies the home page lists. An empty text and the status None match all studies of the list."""

    show: StudyList = StudyList.CURRENT
    text: str = ""
    status: StudyStatus | None = None

    @property
    def filter(self) -> StudyFilter:
        return replace(self.show.filter, status=self.status, text=self.text)

    @property
    def is_current(self) -> bool:
        return self.show is StudyList.CURRENT

    @property
    def is_filtered(self) -> bool:
        return bool(self.text or self.status)

    @property
    def query(self) -> tuple[tuple[str, str], ...]:
        """Return the query parameters of the list's URL; empty values are the defaults."""
        show = "" if self.show is StudyList.CURRENT else self.show.value
        return ("show", show), ("text", self.text), ("status", self.status or "")


@dataclass(frozen=True)
class HomePage:
    """View model of the home page. `person` is None for a visitor who is not signed in.

    `can_create` tells whether this person can create studies and submissions.
    """

    person: str | None
    can_create: bool
    studies: tuple[StudyLine, ...]
    submissions: SubmissionsPart
    benchmarks: tuple[BenchmarkLine, ...]
    published: tuple[PublishedStudy, ...] = ()
    search: StudySearch = field(default_factory=StudySearch)
    study_pager: Pager | None = None
    submission_pager: Pager | None = None

    @property
    def lists(self) -> tuple[StudyList, ...]:
        return tuple(StudyList)

    @property
    def statuses(self) -> tuple[StudyStatus, ...]:
        return tuple(StudyStatus)

    @property
    def compare_url(self) -> str:
        return "/compare"

    @property
    def new_study_url(self) -> str:
        return "/studies/new"

    @property
    def import_url(self) -> str:
        return "/benchmarks#import"

    @property
    def new_submission_url(self) -> str:
        return "/submissions/new"

    @property
    def sign_in_url(self) -> str:
        return "/sign-in"


@dataclass(frozen=True)
class SignInPage:
    """The page that asks for confirmation before a sign-in. A sign-in is valid for `days` days."""

    token: str
    name: str
    role: Role
    days: str

    @property
    def url(self) -> str:
        return f"/sign-in/{self.token}"
