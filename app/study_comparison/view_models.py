"""View models of the page that compares two studies."""

from dataclasses import dataclass

from benchmark.protocol import StudyStatus


@dataclass(frozen=True)
class StudyChoice:
    """A study that the person sees, as an option of the form."""

    slug: str
    title: str


@dataclass(frozen=True)
class ComparedStudy:
    slug: str
    title: str
    status: StudyStatus
    votes: int

    @property
    def results_url(self) -> str:
        return f"/studies/{self.slug}/results"


@dataclass(frozen=True)
class MatchupRow:
    """One shared matchup, formatted. The scores are those of the first model in `name`, in percent."""

    name: str
    same_clips: bool
    first: str
    first_interval: str
    second: str
    second_interval: str
    difference: str
    pairs: int
    p_value: str
    agreement: str
    gwet_ac1: str


@dataclass(frozen=True)
class ModelRow:
    """One shared model, formatted."""

    name: str
    first_rank: str
    first_strength: str
    first_interval: str
    second_rank: str
    second_strength: str
    second_interval: str


@dataclass(frozen=True)
class ComparisonPart:
    """The comparison of two studies. `correlation` is a sentence; empty for fewer than three models."""

    first: ComparedStudy
    second: ComparedStudy
    is_interim: bool
    matchups: tuple[MatchupRow, ...]
    models: tuple[ModelRow, ...]
    correlation: str

    @property
    def csv_url(self) -> str:
        return f"/api/v1/studies/{self.first.slug}/compare/{self.second.slug}/matchups.csv"


@dataclass(frozen=True)
class ComparePage:
    """The form that chooses two studies. `comparison` is None until two studies are chosen."""

    choices: tuple[StudyChoice, ...]
    first: str
    second: str
    comparison: ComparisonPart | None
    problem: str = ""

    @property
    def url(self) -> str:
        return "/compare"
