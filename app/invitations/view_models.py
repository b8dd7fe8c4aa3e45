"""View models of the welcome page and the withdrawal page."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.languages import gettext_noop
from app.languages.study_texts import AnnotatorPage
from app.pager import Pager
from app.panels.time_estimate import amount
from benchmark.protocol import InvitationStatus, StudyStatus
from benchmark.wire.invitations import InvitationResponse

_CLOSED = {
    StudyStatus.DRAFT: (
        gettext_noop("This study has not started yet."),
        gettext_noop("Your link is valid: open it again when the study has started."),
    ),
    StudyStatus.PAUSED: (
        gettext_noop("This study is paused."),
        gettext_noop("It accepts no votes at the moment. Your link stays valid: come back later."),
    ),
    StudyStatus.CLOSED: (
        gettext_noop("This study is closed."),
        gettext_noop("It accepts no more votes. Thank you for your interest."),
    ),
}


@dataclass(frozen=True, kw_only=True)
class WelcomePage(AnnotatorPage):
    """The page that an invitation link opens (invitations/welcome.html).

    `total` is the number of pairs that the study can show to this annotator.
    """

    study_slug: str
    study_title: str
    instructions: str | None
    url: str
    start_url: str
    total: int
    status: StudyStatus = StudyStatus.OPEN

    @property
    def closed_title(self) -> str:
        """Return the reason why nobody can vote in the study; an empty text if the study is open."""
        return _CLOSED[self.status][0] if self.status in _CLOSED else ""

    @property
    def closed_text(self) -> str:
        return _CLOSED[self.status][1] if self.status in _CLOSED else ""

    @property
    def amount(self) -> str:
        return amount(self.total, self.language)

    @property
    def withdraw_url(self) -> str:
        return f"/studies/{self.study_slug}/withdraw"


@dataclass(frozen=True, kw_only=True)
class WithdrawPage(AnnotatorPage):
    """The pages shown before and after an annotator withdraws (annotators/withdraw.html, withdrawn.html).

    `votes` is the number of votes that will be withdrawn, or were withdrawn.
    """

    study_slug: str
    study_title: str
    votes: int

    @property
    def url(self) -> str:
        return f"/studies/{self.study_slug}/withdraw"

    @property
    def back_url(self) -> str:
        return f"/studies/{self.study_slug}/vote"


@dataclass(frozen=True)
class InvitationsPage:
    """The page that shows the invitation links created by one request."""

    study_slug: str
    study_title: str
    links: tuple[str, ...]

    @property
    def register_url(self) -> str:
        return f"/studies/{self.study_slug}/invitations"

    @property
    def as_lines(self) -> str:
        return "\n".join(self.links)


@dataclass(frozen=True)
class LinkFields:
    """The fields of the form that creates invitation links, as text."""

    count: str = "5"
    label: str = ""


@dataclass(frozen=True)
class RegisterPage:
    """The page that lists a study's invitations. `batch` is the random ID of the next batch of links."""

    study_slug: str
    study_title: str
    may_invite: bool
    batch: str
    rows: tuple[InvitationResponse, ...]
    pager: Pager
    fields: LinkFields
    problems: Mapping[str, str] | None = None

    def problem_of(self, field: str) -> str:
        return (self.problems or {}).get(field, "")

    @property
    def url(self) -> str:
        return f"/studies/{self.study_slug}/invitations"

    @property
    def export_url(self) -> str:
        return f"{self.url}.csv"

    def revoke_url(self, row: InvitationResponse) -> str | None:
        """Return the URL of the form that revokes an invitation; None if the link no longer works."""
        is_over = row.status in (InvitationStatus.REVOKED, InvitationStatus.LEFT)
        return None if is_over else f"{self.url}/{row.id}/revoke"

    def annotator_url(self, row: InvitationResponse) -> str:
        return f"/studies/{self.study_slug}/annotators/{row.annotator}"
