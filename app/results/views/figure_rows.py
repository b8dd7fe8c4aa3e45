"""View models of figure 1: preferences and reasons of each matchup."""

from dataclasses import dataclass


@dataclass(frozen=True)
class PreferenceBar:
    """A bar of figure 1: the sides' shares of decided pairs, and the interval of the reference's share."""

    reference: float
    other: float
    low: float
    high: float
    label: str


@dataclass(frozen=True)
class ReasonBars:
    """Two small bars, one for each side: how often annotators gave one justification for choosing the side.

    Widths are in percent of the column.
    """

    short_name: str
    label: str
    reference: float
    other: float
    reference_width: float
    other_width: float
    winner: str


@dataclass(frozen=True)
class FigureRow:
    """One matchup in figure 1.

    `bar` is None if no pair is decided; `reasons` is empty if no vote has a reason.
    """

    name: str
    url: str
    detail: str
    is_closed_early: bool
    bar: PreferenceBar | None
    reasons: tuple[ReasonBars, ...]


@dataclass(frozen=True)
class Figure:
    """Figure 1.

    With many rows, the figure has no bars for the reasons (`shows_reasons` is False), but table 1 has the
    numbers.
    """

    rows: tuple[FigureRow, ...]
    shows_reasons: bool
