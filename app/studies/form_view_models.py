"""Defines the view models of the form of a study."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.studies.checks import MatchupCheck
from app.studies.estimate import StudyEstimate
from app.studies.forms import Comparisons, StudyFields
from app.studies.sides import SideChoice
from benchmark.protocol import RenditionRecipe, WatchGate

MAX_CHECKS = 10

_RENDITIONS = {
    RenditionRecipe.REMUX: "As uploaded; cropped and cut to the smaller clip if formats differ",
    RenditionRecipe.NORMALISED: "Re-encoded, cropped and cut to the smaller clip",
    RenditionRecipe.LETTERBOX: "Black bars instead of cropping",
    RenditionRecipe.KEEP_LONGER: "Repeat the last frame of the shorter clip instead of cutting the longer",
    RenditionRecipe.NATIVE: "Original size of each clip on a black canvas",
}
_WATCH_GATES = {
    WatchGate.DELIVERED: "After both clips were loaded to the end",
    WatchGate.OFF: "At any time",
}
_COMPARISONS = {
    Comparisons.REFERENCE: "One reference against all others",
    Comparisons.ROUND_ROBIN: "Each with each (round robin)",
    Comparisons.LIST: "The listed matchups",
}


@dataclass(frozen=True)
class Option:
    """An option of a select or a radio button."""

    value: str
    text: str
    is_chosen: bool


@dataclass(frozen=True)
class BenchmarkChoice:
    slug: str
    title: str


@dataclass(frozen=True)
class EstimatePart:
    """The estimate beside the form, and the matchups whose sides differ in format.

    `estimate` is None if a field that the estimate needs is empty or wrong.
    """

    estimate: StudyEstimate | None
    checks: tuple[MatchupCheck, ...] = ()

    @property
    def differing(self) -> tuple[MatchupCheck, ...]:
        return tuple(each for each in self.checks if each.sentences)

    @property
    def shown(self) -> tuple[MatchupCheck, ...]:
        """Return the first matchups with differences.

        The page that opens the study lists all matchups with differences.
        """
        return self.differing[:MAX_CHECKS]


@dataclass(frozen=True, kw_only=True)
class StudyFormPage:
    """The form of a new study or of a draft.

    After an error, the form has the submitted values and one message for each wrong field. `draft` is the
    slug of the edited draft, and `revision` is the draft's revision; both are None for a new study. `copied`
    is the slug of the study that is copied. `changes` lists what somebody else saved in the meantime.
    """

    benchmarks: tuple[BenchmarkChoice, ...]
    sides: tuple[SideChoice, ...]
    fields: StudyFields
    part: EstimatePart
    problem: str = ""
    problems: Mapping[str, str] | None = None
    changes: tuple[str, ...] = ()
    copied: str = ""
    draft: str | None = None
    revision: int | None = None

    @property
    def title(self) -> str:
        return "Edit the draft" if self.draft else "New study"

    @property
    def url(self) -> str:
        return f"/studies/{self.draft}/edit" if self.draft else "/studies/new"

    @property
    def dashboard_url(self) -> str:
        return f"/studies/{self.draft}/dashboard"

    @property
    def crowd_url(self) -> str:
        """Return the URL of the page on which the owner sets up the pages around the voting."""
        return f"/studies/{self.draft}/crowd"

    @property
    def estimate_url(self) -> str:
        return f"{self.url}/estimate"

    @property
    def import_url(self) -> str:
        return "/benchmarks#import"

    @property
    def new_submission_url(self) -> str:
        return f"/submissions/new?benchmark={self.fields.benchmark}"

    @property
    def jobs_url(self) -> str:
        return "/jobs"

    @property
    def comparisons(self) -> tuple[Option, ...]:
        return _options(_COMPARISONS, self.fields.comparisons)

    @property
    def renditions(self) -> tuple[Option, ...]:
        return _options(_RENDITIONS, self.fields.renditions)

    @property
    def watch_gates(self) -> tuple[Option, ...]:
        return _options(_WATCH_GATES, self.fields.watch_gate)

    def problem_of(self, field: str) -> str:
        return (self.problems or {}).get(field, "")


def rendition_options(chosen: str) -> tuple[Option, ...]:
    """Return the ways to show clips, as options of a select."""
    return _options(_RENDITIONS, chosen)


def matchup_rendition_options(chosen: str | None) -> tuple[Option, ...]:
    """Return the options for showing one matchup's clips; the first option means "as in the study"."""
    return _options({"": "As chosen for the study"} | _RENDITIONS, chosen or "")


def _options(texts: Mapping[Any, str], chosen: str) -> tuple[Option, ...]:
    return tuple(Option(value, text, value == chosen) for value, text in texts.items())
