"""View models of the dashboard of a study."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.studies.view_models import StudyLine
from benchmark.plurals import counted


@dataclass(frozen=True)
class Bar:
    """The votes of one hour; `percent` is the height of the bar, relative to the hour with the most votes."""

    votes: int
    percent: int
    hour: str


@dataclass(frozen=True)
class MatchupRow:
    name: str
    votes: int
    votes_wanted: int
    comparisons: int
    complete: int

    @property
    def percent(self) -> int:
        """Return the number of cast votes in percent of the needed votes, rounded down."""
        return 100 * self.votes // self.votes_wanted if self.votes_wanted else 100


@dataclass(frozen=True)
class ScenarioRow:
    """The votes on one scenario, in percent of the needed votes."""

    name: str
    cells: tuple[int | None, ...]


@dataclass(frozen=True)
class PersonRow:
    name: str
    url: str
    text: str
    votes: int


@dataclass(frozen=True)
class ActiveRow:
    """An annotator who voted recently.

    `median`, `gold` and `agreement` show, as text, the figures that were computed together with the newest
    flags.
    """

    name: str
    url: str
    last_vote: str
    votes: int
    median: str
    gold: str
    agreement: str


@dataclass(frozen=True)
class ReportRow:
    pair: str
    matchup: str
    text: str
    url: str


@dataclass(frozen=True, kw_only=True)
class LivePart:
    """The part of the dashboard that a browser requests again every few seconds.

    `cost` is empty if the study has no hourly pay.
    """

    votes: int
    votes_wanted: int
    is_growing: bool
    annotators: str
    pilots: str
    bars: tuple[Bar, ...]
    this_hour: int
    time_left: str
    cost: str
    active: tuple[ActiveRow, ...]
    matchups: tuple[MatchupRow, ...]
    scenarios: tuple[ScenarioRow, ...]
    reports: tuple[ReportRow, ...]

    @property
    def percent(self) -> int:
        return 100 * self.votes // self.votes_wanted if self.votes_wanted else 0

    @property
    def missing(self) -> int:
        return max(0, self.votes_wanted - self.votes)

    @property
    def new_submission_url(self) -> str:
        return "/submissions/new"

    @property
    def pace(self) -> str:
        """Return the votes per hour in words, for readers who cannot see the bars."""
        best = max((bar.votes for bar in self.bars), default=0)
        return (
            f"In the last 24 hours at most {counted(best, 'vote')} in an hour; {self.this_hour} in this hour"
        )


@dataclass(frozen=True)
class FlagsPart:
    """The flagged annotators and the matchups that depend on one annotator, computed at most a minute ago."""

    at: str
    annotators: tuple[PersonRow, ...]
    sensitive: tuple[str, ...]

    @property
    def summary(self) -> str:
        """Return the line for the top of the dashboard; an empty text if nobody has a flag."""
        return counted(len(self.annotators), "flagged annotator") if self.annotators else ""


@dataclass(frozen=True)
class FlagCount:
    """The numbers of flags of a study, for one line of the home page.

    `annotators` is the number of annotators with a flag. `reported` is the number of comparisons with
    reported clips.
    """

    dashboard_url: str
    annotators: int
    reported: int

    @property
    def text(self) -> str:
        """Return the flags in words; an empty text if there are none."""
        said = []
        if self.annotators:
            said.append(counted(self.annotators, "flagged annotator"))
        if self.reported:
            said.append(counted(self.reported, "reported comparison"))
        return ", ".join(said)


@dataclass(frozen=True)
class VersionRow:
    version: int
    when: str
    change: str


@dataclass(frozen=True)
class AuditRow:
    when: str
    actor: str
    action: str
    details: str


@dataclass(frozen=True, kw_only=True)
class DashboardPage:
    """The owner's page of one study (dashboard/dashboard.html)."""

    study: StudyLine
    live: LivePart
    versions: Sequence[VersionRow]
    audit: Sequence[AuditRow]

    @property
    def can_create(self) -> bool:
        """Return True: the page is for owners, who can always create studies."""
        return True

    @property
    def audit_url(self) -> str:
        return f"/audit?subject={self.study.slug}"

    @property
    def live_url(self) -> str:
        return f"{self.study.dashboard_url}/live"

    @property
    def flags_url(self) -> str:
        return f"{self.study.dashboard_url}/flags"
