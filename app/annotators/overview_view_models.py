"""View models of the page that lists the annotators in all of a person's studies."""

from dataclasses import dataclass
from datetime import datetime

from app.pager import Pager
from benchmark.protocol import AnnotatorKind


@dataclass(frozen=True)
class OverviewRow:
    """An annotator of a study. `votes` also includes votes that do not count in the results."""

    name: str
    kind: AnnotatorKind
    study_slug: str
    study_title: str
    joined_at: datetime
    is_excluded: bool
    has_left: bool
    votes: int
    last_vote_at: datetime | None

    @property
    def url(self) -> str:
        return f"/studies/{self.study_slug}/annotators/{self.name}"

    @property
    def study_url(self) -> str:
        return f"/studies/{self.study_slug}/annotators"

    @property
    def status(self) -> str:
        if self.kind is AnnotatorKind.IMPORTED:
            return "imported votes"
        if self.kind is AnnotatorKind.JUDGE:
            return "automatic judge"
        state = "left" if self.has_left else "excluded" if self.is_excluded else "takes part"
        return state if self.kind is AnnotatorKind.PARTICIPANT else f"{state}, {self.kind}"


@dataclass(frozen=True)
class OverviewPage:
    """The list of the annotators in all of a person's studies (annotators/overview.html).

    `text` filters the list; `sees_all` is true for admins.
    """

    rows: tuple[OverviewRow, ...]
    total: int
    text: str
    pager: Pager
    sees_all: bool

    @property
    def url(self) -> str:
        return "/annotators"

    @property
    def scope(self) -> str:
        """Return the words after the number of annotators, such as `in your studies`."""
        if self.text:
            return "matches the filter" if self.total == 1 else "match the filter"
        return "in all studies" if self.sees_all else "in your studies"
