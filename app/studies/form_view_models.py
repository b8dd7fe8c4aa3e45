"""Defines the view models of the form that creates a study."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.studies.estimate import StudyEstimate
from app.studies.forms import Comparisons, StudyFields
from app.studies.sides import SideChoice
from benchmark.protocol import RenditionRecipe

_RENDITIONS = {
    RenditionRecipe.REMUX: "As uploaded; cropped and cut to the smaller clip if formats differ",
    RenditionRecipe.NORMALISED: "Re-encoded, cropped and cut to the smaller clip",
    RenditionRecipe.LETTERBOX: "Black bars instead of cropping",
    RenditionRecipe.KEEP_LONGER: "Repeat the last frame of the shorter clip instead of cutting the longer",
    RenditionRecipe.NATIVE: "Original size of each clip on a black canvas",
}
_COMPARISONS = {
    Comparisons.REFERENCE: "One reference against all others",
    Comparisons.ROUND_ROBIN: "Each with each (round robin)",
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
    """The estimate beside the form; None if the choice is incomplete."""

    estimate: StudyEstimate | None


@dataclass(frozen=True)
class NewStudyPage:
    """The form that creates a study.

    After an error, the form has the submitted values and a message for each wrong field.
    """

    benchmarks: tuple[BenchmarkChoice, ...]
    sides: tuple[SideChoice, ...]
    fields: StudyFields
    part: EstimatePart
    problem: str = ""
    problems: Mapping[str, str] | None = None

    @property
    def url(self) -> str:
        return "/studies/new"

    @property
    def estimate_url(self) -> str:
        return "/studies/new/estimate"

    @property
    def jobs_url(self) -> str:
        return "/jobs"

    @property
    def comparisons(self) -> tuple[Option, ...]:
        return tuple(
            Option(value, text, value == self.fields.comparisons) for value, text in _COMPARISONS.items()
        )

    @property
    def renditions(self) -> tuple[Option, ...]:
        return tuple(
            Option(value, text, value == self.fields.renditions) for value, text in _RENDITIONS.items()
        )

    def problem_of(self, field: str) -> str:
        return (self.problems or {}).get(field, "")
