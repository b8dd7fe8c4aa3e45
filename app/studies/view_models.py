"""View models of studies: one line in the list of studies, and the pages with the owner's forms."""

from dataclasses import dataclass
from datetime import datetime

from app.studies.checks import MatchupCheck
from app.studies.form_view_models import Option
from app.studies.publication import ResultsAccess
from app.studies.sides import SideChoice
from benchmark.protocol import StudyStatus
from benchmark.wire.studies import MAX_INVITATIONS


@dataclass(frozen=True)
class StudyLine:
    """One study in the list. `is_own` tells whether this person may manage the study.

    `batch` is the random id of the next batch of invitation links. `losses` tells the owner what the
    renditions leave out of the clips.
    """

    slug: str
    title: str
    status: StudyStatus
    is_pilot: bool
    is_archived: bool
    deletes_at: datetime | None
    matchups: int
    votes: int
    votes_wanted: int
    is_own: bool
    preparation: str | None
    batch: str = ""
    losses: tuple[str, ...] = ()

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
    def crowd_url(self) -> str:
        return f"/studies/{self.slug}/crowd"

    @property
    def open_url(self) -> str:
        return f"/studies/{self.slug}/open"

    @property
    def edit_url(self) -> str:
        return f"/studies/{self.slug}/edit"

    @property
    def url(self) -> str:
        return f"/studies/{self.slug}"

    @property
    def dashboard_url(self) -> str:
        return f"/studies/{self.slug}/dashboard"

    @property
    def deleted_until(self) -> str:
        """Return the last day on which the deleted study can be restored; empty if it is not deleted."""
        return f"{self.deletes_at.day} {self.deletes_at:%B %Y}" if self.deletes_at else ""

    @property
    def may_extend(self) -> bool:
        return self.is_own and self.status in (StudyStatus.OPEN, StudyStatus.PAUSED)

    @property
    def may_reopen(self) -> bool:
        return self.is_own and self.status is StudyStatus.CLOSED

    @property
    def may_archive(self) -> bool:
        return self.is_own and self.status is not StudyStatus.OPEN and not self.is_archived

    @property
    def copy_url(self) -> str:
        return f"/studies/new?copy={self.slug}"

    @property
    def is_draft(self) -> bool:
        return self.status is StudyStatus.DRAFT

    @property
    def pause_url(self) -> str:
        return f"/studies/{self.slug}/pause"

    @property
    def close_url(self) -> str:
        return f"/studies/{self.slug}/close"

    @property
    def open_button(self) -> str | None:
        """Return the label of the button that opens this study; None if the study cannot be opened."""
        if not self.is_own:
            return None
        return {StudyStatus.PAUSED: "Resume"}.get(self.status)

    @property
    def may_pause(self) -> bool:
        return self.is_own and self.status is StudyStatus.OPEN

    @property
    def may_close(self) -> bool:
        return self.is_own and self.status in (StudyStatus.OPEN, StudyStatus.PAUSED)

    @property
    def preview_url(self) -> str:
        return f"/studies/{self.slug}/preview"

    @property
    def may_preview(self) -> bool:
        return self.is_own and self.status in (StudyStatus.DRAFT, StudyStatus.OPEN)

    @property
    def may_end_pilot(self) -> bool:
        return self.is_own and self.is_pilot and self.status in (StudyStatus.OPEN, StudyStatus.PAUSED)

    @property
    def state(self) -> str:
        """Return the status as readers see it; an open pilot has the status "pilot"."""
        return "pilot" if self.is_pilot and self.status is StudyStatus.OPEN else self.status.value

    @property
    def publish_url(self) -> str:
        return f"/studies/{self.slug}/publish"

    @property
    def may_publish(self) -> bool:
        return self.is_own and self.status is StudyStatus.CLOSED

    @property
    def may_invite(self) -> bool:
        return self.is_own and self.status is not StudyStatus.CLOSED

    @property
    def max_links(self) -> int:
        return MAX_INVITATIONS


@dataclass(frozen=True, kw_only=True)
class ExtendPage:
    """The form that adds matchups to a running study, or raises its votes per comparison.

    `present` has the names of the matchups that the study already has. After an error, the form keeps the
    submitted values.
    """

    study_slug: str
    study_title: str
    votes_per_comparison: int
    present: tuple[str, ...]
    sides: tuple[SideChoice, ...]
    reference: str = ""
    others: tuple[str, ...] = ()
    votes: str = ""
    problem: str = ""

    @property
    def url(self) -> str:
        return f"/studies/{self.study_slug}/extend"


@dataclass(frozen=True)
class QuestionPage:
    """The page that asks before a study is reopened or deleted."""

    study_slug: str
    study_title: str
    votes: int
    grace_days: int = 0
    problem: str = ""

    @property
    def reopen_url(self) -> str:
        return f"/studies/{self.study_slug}/reopen"

    @property
    def delete_url(self) -> str:
        return f"/studies/{self.study_slug}/delete"


@dataclass(frozen=True)
class PublishPage:
    """The form that publishes a closed study's results. `link` is the current unlisted link."""

    study_slug: str
    study_title: str
    access: ResultsAccess
    public_link: str
    link: str | None

    @property
    def url(self) -> str:
        return f"/studies/{self.study_slug}/publish"

    @property
    def results_url(self) -> str:
        return f"/studies/{self.study_slug}/results"


@dataclass(frozen=True, kw_only=True)
class OpenPage:
    """The page before a draft opens: what differs between the sides of each matchup, and the renditions."""

    study_slug: str
    study_title: str
    checks: tuple[MatchupCheck, ...]
    renditions: tuple[Option, ...]
    judgements: int
    revision: int

    @property
    def url(self) -> str:
        return f"/studies/{self.study_slug}/open"

    @property
    def pilot_url(self) -> str:
        return f"/studies/{self.study_slug}/pilot"

    @property
    def preview_url(self) -> str:
        return f"/studies/{self.study_slug}/preview"

    @property
    def renditions_url(self) -> str:
        return f"/studies/{self.study_slug}/renditions"

    @property
    def edit_url(self) -> str:
        return f"/studies/{self.study_slug}/edit"

    @property
    def problems(self) -> int:
        """Return the number of matchups whose sides differ."""
        return sum(bool(each.sentences) for each in self.checks)

    @property
    def is_blocked(self) -> bool:
        """Return whether a matchup has no pair in common, so that the study cannot open."""
        return any(each.pairs == 0 for each in self.checks)


@dataclass(frozen=True)
class ClosePage:
    """The confirmation page before a study is closed."""

    study_slug: str
    study_title: str
    votes: int
    votes_wanted: int

    @property
    def missing(self) -> int:
        """Return the number of votes that full panels still need."""
        return max(0, self.votes_wanted - self.votes)

    @property
    def close_url(self) -> str:
        return f"/studies/{self.study_slug}/close"
