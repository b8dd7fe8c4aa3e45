"""View models of studies: one line in the list of studies, and the pages with the owner's forms."""

from dataclasses import dataclass
from datetime import datetime

from app.studies.publication import ResultsAccess
from benchmark.protocol import StudyKind, StudyStatus
from benchmark.wire.invitations import MAX_INVITATIONS


@dataclass(frozen=True)
class StudyLine:
    """One study in the list. `is_own` tells whether this person may manage the study.

    `batch` is the random id of the next batch of invitation links. `losses` tells the owner what the
    renditions leave out of the clips. `last_vote` says how long ago the newest vote was cast; it is empty if
    there is no vote.
    """

    slug: str
    title: str
    kind: StudyKind
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
    votes_per_comparison: int = 0
    last_vote: str = ""

    @property
    def flag_count_url(self) -> str:
        """Return the URL of the number of the study's flags; empty unless the study is open or paused."""
        is_running = self.status in (StudyStatus.OPEN, StudyStatus.PAUSED) and self.deletes_at is None
        return f"{self.dashboard_url}/flag-count" if self.is_own and is_running else ""

    @property
    def results_url(self) -> str:
        return f"/studies/{self.slug}/results"

    @property
    def compare_url(self) -> str:
        return f"/compare?first={self.slug}"

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
        """Return the last day on which a deleted study can be restored; empty if the study is not deleted."""
        return f"{self.deletes_at.day} {self.deletes_at:%B %Y}" if self.deletes_at else ""

    @property
    def may_extend(self) -> bool:
        return self.is_own and self.status in (StudyStatus.OPEN, StudyStatus.PAUSED)

    @property
    def may_reopen(self) -> bool:
        is_human = self.kind is StudyKind.HUMAN
        return self.is_own and is_human and self.status is StudyStatus.CLOSED

    @property
    def may_merge(self) -> bool:
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
        """Return the status that the pages show; for an open study that runs as a pilot, return "pilot"."""
        if self.kind is StudyKind.AUTOMATIC:
            return f"{self.status}, automatic"
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


@dataclass(frozen=True)
class ClosePage:
    """The confirmation page before a study is closed."""

    study_slug: str
    study_title: str
    votes: int
    votes_wanted: int

    @property
    def missing(self) -> int:
        """Return the number of votes that are still missing until all panels are full."""
        return max(0, self.votes_wanted - self.votes)

    @property
    def close_url(self) -> str:
        return f"/studies/{self.study_slug}/close"
