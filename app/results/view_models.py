"""View models of the results pages."""

from dataclasses import dataclass

from app.results.views.exclusions import ExclusionsPart
from app.results.views.figure_rows import Figure
from app.results.views.grids import HeatTable, MatrixTable
from app.results.views.metric_scores import MetricsPart
from app.results.views.vote_source import VoteSourceNote
from benchmark.exports.printed_cells import Spans
from benchmark.protocol import StudyStatus

_MAIN_DOWNLOADS = ("Preferences", "Votes")


@dataclass(frozen=True)
class TableRow:
    """One row of table 1.

    The shares of the two sides are printed as `63.1/36.9`, with the larger share in bold.
    """

    name: str
    is_closed_early: bool
    score: Spans
    interval: str
    p_value: str
    reasons: tuple[Spans, ...]
    decided: int
    undecided: int
    panel: str


@dataclass(frozen=True)
class Stat:
    """A number on the results page, with its name and a remark."""

    name: str
    value: str
    remark: str = ""


@dataclass(frozen=True)
class Coverage:
    """The number of votes cast, and the number of votes that the study needs.

    `per_cent` is rounded down: 100 means that no vote is missing.
    """

    lede: str
    votes: int
    wanted: int
    stats: tuple[Stat, ...]

    @property
    def per_cent(self) -> int:
        return 100 * self.votes // self.wanted if self.wanted else 0


@dataclass(frozen=True)
class QuestionAgreement:
    """The formatted agreement measures for one question or one matchup."""

    name: str
    percent: str
    fleiss_kappa: str
    krippendorff_alpha: str
    gwet_ac1: str


@dataclass(frozen=True)
class AgreementPart:
    """Inter-annotator agreement on the choice.

    `complete`, `partial` and `split` are percentages of the comparisons.

    `lede` (the introductory sentence) is empty if agreement cannot be measured. `can_be_partial` is false for
    panels of three or fewer votes, which agree completely or split as evenly as possible.
    """

    lede: str
    sentence: str
    complete: float | None
    partial: float | None
    split: float | None
    can_be_partial: bool
    stats: tuple[Stat, ...]
    questions: tuple[QuestionAgreement, ...]
    matchups: tuple[QuestionAgreement, ...] = ()

    @property
    def label(self) -> str:
        partial = f"partial {self.partial} percent, " if self.can_be_partial else ""
        return f"Complete {self.complete} percent, {partial}split {self.split} percent"


@dataclass(frozen=True)
class TableTerm:
    """The definition of a column of table 1."""

    name: str
    definition: str


@dataclass(frozen=True)
class RankRow:
    """One model of the ranking, formatted. `possible` states which ranks are compatible with the votes."""

    rank: str
    possible: str
    name: str
    strength: str
    interval: str
    expected_share: str
    votes: int


@dataclass(frozen=True)
class Ranks:
    """The models, ranked by strength. `sentence` is empty while the study is open."""

    sentence: str
    rows: tuple[RankRow, ...]


@dataclass(frozen=True)
class Download:
    title: str
    form: str
    url: str


@dataclass(frozen=True)
class SideTitles:
    """The titles of a matchup's two sides (reference and other) in figure 1 and table 1."""

    reference: str
    other: str

    @property
    def both(self) -> str:
        return f"{self.reference} / {self.other.lower()}"


@dataclass(frozen=True)
class ResultsPage:
    """View model of templates/results/results.html.

    `seeds` is a sentence with the seeds of the clips; empty if all clips have seed 0. `sentences` states the
    result of each matchup. `opponents` has one sentence for each combination of two matchups; the sentence
    compares the two results.
    """

    slug: str
    title: str
    status: StudyStatus
    is_interim: bool
    vote_source: VoteSourceNote | None
    headline: str
    summary: tuple[str, ...]
    downloads: tuple[Download, ...]
    sides: SideTitles
    figure: Figure
    table: tuple[TableRow, ...]
    averages: tuple[TableRow, ...]
    sentences: tuple[str, ...]
    opponents: tuple[str, ...]
    table_format: str
    table_terms: tuple[TableTerm, ...]
    table_counts: str
    seeds: str
    panel_warning: str | None
    closed_early: tuple[str, ...]
    exclusions: ExclusionsPart | None
    leaderboard_url: str
    ranks: Ranks | None
    matrix: MatrixTable | None
    coverage: Coverage
    agreement: AgreementPart
    metrics: MetricsPart | None
    heats: tuple[HeatTable, ...]

    @property
    def sections(self) -> tuple[tuple[str, str], ...]:
        """Return the sections of the page with their links."""
        parts = (
            ("Ranking", "#ranks", self.ranks is not None),
            ("Models against models", "#matrix", self.matrix is not None),
            ("Preferences and reasons", "#figure-1", True),
            ("Table", "#table-1", True),
            ("Excluded votes", "#exclusions", self.exclusions is not None),
            ("Agreement", "#agreement", True),
            ("Completeness", "#completeness", True),
            ("Automatic metrics", "#metrics", self.metrics is not None),
        )
        heats = tuple((heat.title, f"#{heat.anchor}") for heat in self.heats)
        return tuple((name, url) for name, url, is_shown in parts if is_shown) + heats

    @property
    def main_downloads(self) -> tuple[Download, ...]:
        """Return the most used downloads, which the page shows without a click.

        The other downloads of the page appear after a click.
        """
        return tuple(each for each in self.downloads if each.title in _MAIN_DOWNLOADS)

    @property
    def more_downloads(self) -> tuple[Download, ...]:
        return tuple(each for each in self.downloads if each.title not in _MAIN_DOWNLOADS)
