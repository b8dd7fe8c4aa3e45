"""What the first page and the pages around a study's forms show."""

from dataclasses import dataclass

from benchmark.protocol import StudyStatus, SubmissionStatus

MOST_LINKS_AT_ONCE = 500


@dataclass(frozen=True)
class StudyLine:
    """One study in a list; `is_own` where this person may run it."""

    slug: str
    title: str
    status: StudyStatus
    matchups: int
    votes: int
    votes_wanted: int
    is_own: bool

    @property
    def results_url(self) -> str:
        return f"/studies/{self.slug}/results"

    @property
    def annotators_url(self) -> str:
        return f"/studies/{self.slug}/annotators"

    @property
    def invitations_url(self) -> str:
        return f"/studies/{self.slug}/invitations"

    @property
    def open_url(self) -> str:
        return f"/studies/{self.slug}/open"

    @property
    def pause_url(self) -> str:
        return f"/studies/{self.slug}/pause"

    @property
    def close_url(self) -> str:
        return f"/studies/{self.slug}/close"

    @property
    def open_button(self) -> str | None:
        """Return what the button says that opens this study, None where it cannot be opened."""
        if not self.is_own:
            return None
        return {StudyStatus.DRAFT: "Open", StudyStatus.PAUSED: "Go on"}.get(self.status)

    @property
    def may_pause(self) -> bool:
        return self.is_own and self.status is StudyStatus.OPEN

    @property
    def may_close(self) -> bool:
        return self.is_own and self.status in (StudyStatus.OPEN, StudyStatus.PAUSED)

    @property
    def may_invite(self) -> bool:
        return self.is_own and self.status is not StudyStatus.CLOSED

    @property
    def most_links(self) -> int:
        return MOST_LINKS_AT_ONCE


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
    pictures: tuple[BenchmarkImage, ...]

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


@dataclass(frozen=True)
class InvitationsPage:
    """New invitation links, shown this once."""

    study_title: str
    links: tuple[str, ...]

    @property
    def as_lines(self) -> str:
        return "\n".join(self.links)


@dataclass(frozen=True)
class ClosePage:
    """The question before a study is closed for good."""

    study_slug: str
    study_title: str
    votes: int
    votes_wanted: int

    @property
    def close_url(self) -> str:
        return f"/studies/{self.study_slug}/close"
