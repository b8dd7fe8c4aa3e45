"""What the annotators' pages show; every number is printed as it stands in the tables."""

from dataclasses import dataclass
from enum import StrEnum

from benchmark.wire.annotators import MAX_REASON_CHARS


class SortBy(StrEnum):
    """What the annotators are ordered by."""

    NAME = "name"
    VOTES = "votes"
    GOLD = "gold"
    SIDE = "side"
    TIME = "time"
    AGREEMENT = "agreement"
    RUN = "run"
    REASONS = "reasons"
    FLAGS = "flags"
    STANDING = "standing"


class Order(StrEnum):
    ASCENDING = "ascending"
    DESCENDING = "descending"

    @property
    def opposite(self) -> "Order":
        return Order.DESCENDING if self is Order.ASCENDING else Order.ASCENDING


@dataclass(frozen=True)
class Column:
    """A column's title, the address that orders by it, and the order it is in now."""

    title: str
    explanation: str
    url: str
    order: Order | None = None


@dataclass(frozen=True)
class Cell:
    """A number as printed and, below it in grey, its interval or what it is to be compared with."""

    text: str
    beside: str = ""


@dataclass(frozen=True)
class AnnotatorLine:
    """One annotator in the table; `flags` are in words, empty where nothing was noticed."""

    name: str
    url: str
    cells: tuple[Cell, ...]
    flags: tuple[str, ...]
    standing: str
    is_out: bool


@dataclass(frozen=True)
class MatchupLine:
    """The score of one matchup, and what it would be with other people."""

    name: str
    score: str
    weighed: str
    lowest: Cell
    highest: Cell
    drawn_again: str


@dataclass(frozen=True)
class AnnotatorsPage:
    """Everything templates/annotators/annotators.html shows."""

    study_slug: str
    study_title: str
    lede: str
    columns: tuple[Column, ...]
    rows: tuple[AnnotatorLine, ...]
    matchups: tuple[MatchupLine, ...]
    sentences: tuple[str, ...]

    @property
    def results_url(self) -> str:
        return f"/studies/{self.study_slug}/results"


@dataclass(frozen=True)
class Figure:
    """One figure of an annotator with what it means."""

    name: str
    value: str
    beside: str
    meaning: str


@dataclass(frozen=True)
class PastDecision:
    """A line of the audit list: what was decided about this annotator, by whom, when and why."""

    when: str
    what: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class AnnotatorPage:
    """One annotator with the form that takes them out or back in (annotators/annotator.html).

    `may_decide` is false once they left the study; `typed` is the reason as it was sent, after a refusal.
    """

    study_slug: str
    study_title: str
    name: str
    standing: str
    reason: str | None
    figures: tuple[Figure, ...]
    flags: tuple[Figure, ...]
    is_excluded: bool
    may_decide: bool
    consequence: str
    history: tuple[PastDecision, ...]
    notice: str | None = None
    typed: str = ""

    @property
    def back_url(self) -> str:
        return f"/studies/{self.study_slug}/annotators"

    @property
    def decide_url(self) -> str:
        return f"{self.back_url}/{self.name}/{'reinstate' if self.is_excluded else 'exclude'}"

    @property
    def button(self) -> str:
        return "Count these votes again" if self.is_excluded else "Take these votes out"

    @property
    def longest_reason(self) -> int:
        return MAX_REASON_CHARS
