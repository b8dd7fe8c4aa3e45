"""View models of the pages that open or change a study."""

from dataclasses import dataclass

from app.studies.checks import MatchupCheck
from app.studies.form_view_models import Option, matchup_rendition_options
from app.studies.sides import SideChoice


@dataclass(frozen=True, kw_only=True)
class OpenPage:
    """The page before a draft opens.

    The page shows the renditions, and how the sides of each matchup differ.
    """

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
    def crowd_url(self) -> str:
        """Return the URL of the page on which the owner sets up the pages around the voting."""
        return f"/studies/{self.study_slug}/crowd"

    def options_of(self, check: MatchupCheck) -> tuple[Option, ...]:
        """Return the options for showing a matchup's clips: the kinds of renditions (prepared clips)."""
        return matchup_rendition_options(check.renditions)

    @property
    def problems(self) -> int:
        """Return the number of matchups whose sides differ."""
        return sum(bool(each.sentences) for each in self.checks)

    @property
    def is_blocked(self) -> bool:
        """Return whether the study cannot open, because two sides have no pair in common."""
        return any(each.pairs == 0 for each in self.checks)


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
    """The page that asks for confirmation before a study is reopened or deleted."""

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
