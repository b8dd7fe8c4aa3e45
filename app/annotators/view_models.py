"""View models of the pages of a study's annotators; numbers are formatted as in the exported tables."""

from dataclasses import dataclass
from enum import StrEnum

from benchmark.protocol import Flag, RuleStatus
from benchmark.wire.annotators import MAX_REASON_CHARS


class SortBy(StrEnum):
    """The column by which the page sorts the annotators."""

    NAME = "name"
    VOTES = "votes"
    GOLD = "gold"
    SIDE = "side"
    TIME = "time"
    AGREEMENT = "agreement"
    RUN = "run"
    REASONS = "reasons"
    FLAGS = "flags"
    STATUS = "status"


class Order(StrEnum):
    ASCENDING = "ascending"
    DESCENDING = "descending"

    @property
    def opposite(self) -> "Order":
        return Order.DESCENDING if self is Order.ASCENDING else Order.ASCENDING


@dataclass(frozen=True)
class Column:
    """A column header, with the URL that sorts by this column, and the column's current order."""

    title: str
    explanation: str
    url: str
    order: Order | None = None


@dataclass(frozen=True)
class Cell:
    """A formatted number. The page shows an interval or a reference value in grey below the number."""

    text: str
    beside: str = ""


@dataclass(frozen=True)
class AnnotatorLine:
    """The row of one annotator in the table; `flags` contains the names of the annotator's flags."""

    name: str
    url: str
    cells: tuple[Cell, ...]
    flags: tuple[str, ...]
    vote_status: str
    is_out: bool


@dataclass(frozen=True)
class MatchupLine:
    """The score of one matchup, and how much the score depends on single annotators."""

    name: str
    score: str
    weighted: str
    lowest: Cell
    highest: Cell
    bootstrap: str


@dataclass(frozen=True)
class AnnotatorsPage:
    """View model of templates/annotators/annotators.html."""

    study_slug: str
    study_title: str
    lede: str
    columns: tuple[Column, ...]
    rows: tuple[AnnotatorLine, ...]
    matchups: tuple[MatchupLine, ...]
    sentences: tuple[str, ...]


@dataclass(frozen=True)
class Figure:
    """One figure or flag of an annotator with its explanation."""

    name: str
    value: str
    beside: str
    explanation: str


@dataclass(frozen=True)
class FlagLine:
    """A flag of an annotator. `dismissal` says who dismissed the flag and why; None for an open flag."""

    flag: Flag
    name: str
    explanation: str
    dismissal: str | None


@dataclass(frozen=True)
class RuleLine:
    """The result of a quality rule: the rule's name, a sentence on the annotator, and the consequence."""

    name: str
    status: RuleStatus
    sentence: str
    consequence: str


@dataclass(frozen=True)
class AuditEntry:
    """An audit log entry about the annotator."""

    when: str
    action: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class AnnotatorPage:
    """One annotator's page with the form to exclude or reinstate the annotator (annotators/annotator.html).

    `obstacle` says why the owner cannot exclude or reinstate the annotator; it is empty if the owner can.
    `notice` says why the server rejected the owner's `submitted_reason`. `noticed_flag` names the flag to
    which the reason belongs.
    """

    study_slug: str
    study_title: str
    name: str
    vote_status: str
    reason: str | None
    figures: tuple[Figure, ...]
    flags: tuple[FlagLine, ...]
    rules: tuple[RuleLine, ...]
    is_excluded: bool
    obstacle: str
    consequence: str
    history: tuple[AuditEntry, ...]
    notice: str | None = None
    noticed_flag: Flag | None = None
    submitted_reason: str = ""

    def flag_url(self, line: FlagLine) -> str:
        """Return the URL that dismisses an open flag, or restores a dismissed flag."""
        verb = "dismiss" if line.dismissal is None else "restore"
        return f"{self.back_url}/{self.name}/flags/{line.flag}/{verb}"

    @property
    def back_url(self) -> str:
        return f"/studies/{self.study_slug}/annotators"

    @property
    def history_url(self) -> str:
        return f"{self.back_url}/{self.name}/history"

    @property
    def action_url(self) -> str:
        return f"{self.back_url}/{self.name}/{'reinstate' if self.is_excluded else 'exclude'}"

    @property
    def button(self) -> str:
        return "Reinstate" if self.is_excluded else "Exclude"

    @property
    def max_reason_chars(self) -> int:
        return MAX_REASON_CHARS
