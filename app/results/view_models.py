"""What the results page shows: sentence, figure, table, trust, scenarios, each a typed part."""

from dataclasses import dataclass

from app.results.views.exclusions import ExclusionsPart
from benchmark.exports.table_format import Spans
from benchmark.protocol import StudyStatus

_TAKEN_FIRST = ("Preferences", "Votes")


@dataclass(frozen=True)
class PreferenceBar:
    """Shares of the decided pairs in percent at one decimal; `low` and `high` bound the reference's."""

    reference: float
    other: float
    low: float
    high: float
    label: str


@dataclass(frozen=True)
class ReasonBars:
    """How often one justification was given on either side; widths are in percent of the column."""

    short_name: str
    label: str
    reference: float
    other: float
    reference_width: float
    other_width: float
    winner: str


@dataclass(frozen=True)
class FigureRow:
    """One matchup; `bar` is None where no pair is decided, `reasons` is empty where no vote gives any."""

    name: str
    url: str
    detail: str
    is_closed_early: bool
    bar: PreferenceBar | None
    reasons: tuple[ReasonBars, ...]


@dataclass(frozen=True)
class TableRow:
    """One line of the paper table; sides are printed `63.1/36.9` with the larger in bold."""

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
    """One number with its name and what stands beside it."""

    name: str
    value: str
    beside: str = ""


@dataclass(frozen=True)
class Coverage:
    """How complete a study is; `per_cent` is of `wanted` votes, rounded down so that 100 means all."""

    lede: str
    votes: int
    wanted: int
    stats: tuple[Stat, ...]

    @property
    def per_cent(self) -> int:
        return 100 * self.votes // self.wanted if self.wanted else 0


@dataclass(frozen=True)
class QuestionAgreement:
    """Agreement on one question, or in one matchup, as printed."""

    name: str
    percent: str
    fleiss_kappa: str
    krippendorff_alpha: str
    gwet_ac1: str


@dataclass(frozen=True)
class AgreementPart:
    """How far people agreed on the choice; the three shares are percent of the comparisons.

    `lede` is empty where nothing can be measured. `bar` holds the same three in whole percent, which is
    all a narrow bar has room for.
    """

    lede: str
    sentence: str
    complete: float | None
    partial: float | None
    split: float | None
    bar: tuple[int, int, int]
    stats: tuple[Stat, ...]
    questions: tuple[QuestionAgreement, ...]
    matchups: tuple[QuestionAgreement, ...] = ()

    @property
    def label(self) -> str:
        return f"Complete {self.complete} percent, partial {self.partial} percent, split {self.split} percent"


@dataclass(frozen=True)
class HeatCell:
    """A share of decided pairs in whole percent; `step` runs from -3 to 3, None where nothing is decided."""

    text: str
    step: int | None


@dataclass(frozen=True)
class HeatHead:
    """The name of a row or column; `url` leads to its own page, where it has one."""

    name: str
    url: str | None


@dataclass(frozen=True)
class HeatRow:
    head: HeatHead
    cells: tuple[HeatCell, ...]


@dataclass(frozen=True)
class HeatTable:
    """Matchups by parts of the benchmark, the parts best first for the reference; `anchor` is its id."""

    anchor: str
    title: str
    lede: str
    parts: tuple[HeatHead, ...]
    rows: tuple[HeatRow, ...]

    @property
    def matchups(self) -> tuple[HeatHead, ...]:
        return tuple(row.head for row in self.rows)

    @property
    def by_part(self) -> tuple[HeatRow, ...]:
        """Return the table with parts as rows, which is how it fits a phone."""
        columns = zip(*(row.cells for row in self.rows), strict=True)
        return tuple(HeatRow(head, cells) for head, cells in zip(self.parts, columns, strict=True))


@dataclass(frozen=True)
class RankRow:
    """One model on the leaderboard, as printed; `possible` are the ranks the votes leave open."""

    rank: str
    possible: str
    name: str
    strength: str
    interval: str
    expected_share: str
    votes: int


@dataclass(frozen=True)
class Ranks:
    """Models by strength; `sentence` is empty while the study is open."""

    sentence: str
    rows: tuple[RankRow, ...]


@dataclass(frozen=True)
class Download:
    title: str
    form: str
    url: str


@dataclass(frozen=True)
class SideTitles:
    """What the two sides are called over figure and table."""

    reference: str
    other: str

    @property
    def both(self) -> str:
        return f"{self.reference} / {self.other.lower()}"


@dataclass(frozen=True)
class ResultsPage:
    """Everything templates/results/results.html shows, in its order.

    `words` says what each matchup shows, `opponents` what every two of them show beside each other.
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
    words: tuple[str, ...]
    opponents: tuple[str, ...]
    table_note: str
    panel_warning: str | None
    closed_early: tuple[str, ...]
    exclusions: ExclusionsPart | None
    leaderboard_url: str
    ranks: Ranks | None
    coverage: Coverage
    agreement: AgreementPart
    heats: tuple[HeatTable, ...]

    @property
    def first_downloads(self) -> tuple[Download, ...]:
        """Return what most people take; the rest is a click away."""
        return tuple(each for each in self.downloads if each.title in _TAKEN_FIRST)

    @property
    def more_downloads(self) -> tuple[Download, ...]:
        return tuple(each for each in self.downloads if each.title not in _TAKEN_FIRST)
