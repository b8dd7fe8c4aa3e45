"""Prints the cells of tables in Markdown, in LaTeX and on the results pages."""

from dataclasses import dataclass

from benchmark.protocol import Justification, Side
from benchmark.stats.number_format import printed_number, printed_p

EMPTY = "–"
PERCENT_DECIMALS, KAPPA_DECIMALS, STRENGTH_DECIMALS = 1, 3, 2
# The titles of the reasons in tables and figures.
TITLES = {
    Justification.IMAGE_ALIGNMENT: "Image",
    Justification.TEXT_ALIGNMENT: "Text",
    Justification.OBJECT_MOTION: "Motion",
    Justification.OVERALL_QUALITY: "Quality",
}


@dataclass(frozen=True)
class Span:
    """A part of a cell's text that is completely bold or completely plain."""

    text: str
    bold: bool = False


Spans = tuple[Span, ...]


def plain_cell(value: object) -> str:
    return EMPTY if value is None else str(value)


def sides_cell(reference: float | None, other: float | None) -> Spans:
    """Return two values as `63.1/36.9`, the larger value in bold.

    If the values are equal, neither value is bold.
    """
    if reference is None or other is None:
        return (Span(EMPTY),)
    return (
        Span(plain_cell(reference), bold=reference > other),
        Span("/"),
        Span(plain_cell(other), bold=other > reference),
    )


def p_cell(value: float | None) -> str:
    return EMPTY if value is None else printed_p(value)


def number_cell(value: float | None, decimals: int) -> str:
    return EMPTY if value is None else printed_number(value, decimals)


def interval_cell(low: float | None, high: float | None, decimals: int = PERCENT_DECIMALS) -> str:
    """Return an interval's bounds as a text such as `[−0.012, 0.290]`."""
    if low is None or high is None:
        return EMPTY
    return f"[{printed_number(low, decimals)}, {printed_number(high, decimals)}]"


def reason_cells(row: object, form: str = "{reason}_{side}") -> tuple[Spans, ...]:
    """Return one cell per reason, such as 39.8/15.3 (the justification rates of the two sides).

    If no vote of the row gives a reason, all cells are dashes.
    """
    values = [[getattr(row, form.format(reason=reason, side=side)) for side in Side] for reason in TITLES]
    is_without = not any(value for both in values for value in both)
    return tuple((Span(EMPTY),) if is_without else sides_cell(*both) for both in values)
