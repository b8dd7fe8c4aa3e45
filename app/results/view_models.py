"""View models of the results pages."""

from dataclasses import dataclass

from app.results.views.exclusions import ExclusionsPart
from benchmark.exports.table_format import Spans
from benchmark.protocol import StudyStatus

_MAIN_DOWNLOADS = ("Preferences", "Votes")


@dataclass(frozen=True)
class PreferenceBar:
    """Shares of the decided pairs, percent with one decimal; `low` and `high` bound the reference's share."""

    reference: float
    other: float
    low: float
    high: float
    label: str


@dataclass(frozen=True)
class ReasonBars:
    """How often one justification was given for each side; bar widths are in percent of the column."""

    short_name: str
    label: str
    reference: float
    other: float
    reference_width: float
    other_width: float
    winner: str


@dataclass(frozen=True)
class FigureRow:
    """One matchup. `bar` is None if no pair is decided; `reasons` is empty if no vote gives a reason."""

    name: str
    url: str
    detail: str
    is_closed_early: bool
    bar: PreferenceBar | None
    reasons: tuple[ReasonBars, ...]


@dataclass(frozen=True)
class TableRow:
    """One row of table 1. The shares of the two sides are printed as `63.1/36.9`; the larger is bold."""

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
    """A named number with a remark."""

    name: str
    value: str
    remark: str = ""


@dataclass(frozen=True)
class Coverage:
    """Numbers of votes cast and wanted. `per_cent` is rounded down: 100 means that no vote is missing."""

    lede: str
    votes: int
    wanted: int
    stats: tuple[Stat, ...]

    @property
    def per_cent(self) -> int:
        return 100 * self.votes // self.wanted if self.wanted else 0


@dataclass(frozen=True)
class QuestionAgreement:
    """Agreement on one question or in one matchup, formatted."""

    name: str
    percent: str
    fleiss_kappa: str
    krippendorff_alpha: str
    gwet_ac1: str


@dataclass(frozen=True)
class AgreementPart:
    """Inter-annotator agreement on the choice; the three shares are percent of the comparisons.

    `lede` is empty if agreement cannot be measured. `can_be_partial` is false for panels of three or fewer:
    they agree completely or split as evenly as possible.
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
class HeatCell:
    """A share of decided pairs in whole percent. `step` is the colour, from -3 to 3; None without a share."""

    text: str
    step: int | None


@dataclass(frozen=True)
class HeatHeader:
    """Header of a row or column. `url` is the URL of the page that it links to; None if there is none."""

    name: str
    url: str | None


@dataclass(frozen=True)
class HeatRow:
    header: HeatHeader
    cells: tuple[HeatCell, ...]


@dataclass(frozen=True)
class HeatTable:
    """Shares by matchup and benchmark part. The reference's best parts come first. `anchor` is an HTML id."""

    anchor: str
    title: str
    lede: str
    parts: tuple[HeatHeader, ...]
    rows: tuple[HeatRow, ...]

    @property
    def is_empty(self) -> bool:
        """Return whether no cell has enough decided pairs to be shown."""
        return all(cell.step is None for row in self.rows for cell in row.cells)

    @property
    def matchups(self) -> tuple[HeatHeader, ...]:
        return tuple(row.header for row in self.rows)

    @property
    def by_part(self) -> tuple[HeatRow, ...]:
        """Return the transposed table, in which parts are rows. Narrow screens show it."""
        columns = zip(*(row.cells for row in self.rows), strict=True)
        return tuple(HeatRow(header, cells) for header, cells in zip(self.parts, columns, strict=True))


@dataclass(frozen=True)
class MatrixCell:
    """The row model's share of decided pairs against the column model. `url` is the matchup page's URL."""

    text: str
    step: int | None
    url: str
    label: str


@dataclass(frozen=True)
class MatrixRow:
    name: str
    cells: tuple[MatrixCell | None, ...]


@dataclass(frozen=True)
class MatrixTable:
    """A table with one row and one column per model, in the order of the ranking.

    A cell is None if the two models are not compared.
    """

    models: tuple[str, ...]
    rows: tuple[MatrixRow, ...]


@dataclass(frozen=True)
class TableTerm:
    """A column of table 1 with its definition."""

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
    """Titles of the reference and the other side in figure 1 and table 1."""

    reference: str
    other: str

    @property
    def both(self) -> str:
        return f"{self.reference} / {self.other.lower()}"


@dataclass(frozen=True)
class ResultsPage:
    """View model of templates/results/results.html.

    `sentences` states the result of each matchup, `opponents` that of each pair of matchups.
    """

    slug: str
    title: str
    status: StudyStatus
    is_interim: bool
    is_imported: bool
    headline: str
    summary: tuple[str, ...]
    downloads: tuple[Download, ...]
    sides: SideTitles
    figure: tuple[FigureRow, ...]
    table: tuple[TableRow, ...]
    averages: tuple[TableRow, ...]
    sentences: tuple[str, ...]
    opponents: tuple[str, ...]
    table_format: str
    table_terms: tuple[TableTerm, ...]
    table_counts: str
    panel_warning: str | None
    closed_early: tuple[str, ...]
    exclusions: ExclusionsPart | None
    leaderboard_url: str
    ranks: Ranks | None
    matrix: MatrixTable | None
    coverage: Coverage
    agreement: AgreementPart
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
        )
        heats = tuple((heat.title, f"#{heat.anchor}") for heat in self.heats)
        return tuple((name, url) for name, url, is_shown in parts if is_shown) + heats

    @property
    def main_downloads(self) -> tuple[Download, ...]:
        """Return the most used downloads. The page shows all other downloads after a click."""
        return tuple(each for each in self.downloads if each.title in _MAIN_DOWNLOADS)

    @property
    def more_downloads(self) -> tuple[Download, ...]:
        return tuple(each for each in self.downloads if each.title not in _MAIN_DOWNLOADS)
