"""View models of studies: a line in the list of studies, and the pages of the owner's forms."""

from dataclasses import dataclass

from benchmark.protocol import StudyStatus

MAX_LINKS_AT_ONCE = 500


@dataclass(frozen=True)
class StudyLine:
    """One study in the list; `is_own` if this person may manage it."""

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
        """Return the label of the button that opens this study; None if it cannot be opened."""
        if not self.is_own:
            return None
        return {StudyStatus.DRAFT: "Open", StudyStatus.PAUSED: "Resume"}.get(self.status)

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
        return self.is_own and self.status is StudyStatus.OPEN

    @property
    def may_invite(self) -> bool:
        return self.is_own and self.status is not StudyStatus.CLOSED

    @property
    def max_links(self) -> int:
        return MAX_LINKS_AT_ONCE


@dataclass(frozen=True)
class InvitationsPage:
    """New invitation links, shown once."""

    study_title: str
    links: tuple[str, ...]

    @property
    def as_lines(self) -> str:
        return "\n".join(self.links)


@dataclass(frozen=True)
class ClosePage:
    """The confirmation page before a study is closed."""

    study_slug: str
    study_title: str
    votes: int
    votes_wanted: int

    @property
    def close_url(self) -> str:
        return f"/studies/{self.study_slug}/close"
