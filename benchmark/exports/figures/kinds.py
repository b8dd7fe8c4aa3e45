"""The figures there are, and the files each comes as."""

from enum import StrEnum


class FigureName(StrEnum):
    """A figure of a whole study."""

    PREFERENCES = "preferences"
    SCENARIOS = "scenarios"
    STYLES = "styles"
    HARD_CASES = "hard-cases"


class FigureFormat(StrEnum):
    """A kind of file a figure is written as; `csv` holds the numbers behind it."""

    SVG = "svg"
    PDF = "pdf"
    PNG = "png"
    CSV = "csv"


MEDIA_TYPES = {
    FigureFormat.SVG: "image/svg+xml",
    FigureFormat.PDF: "application/pdf",
    FigureFormat.PNG: "image/png",
    FigureFormat.CSV: "text/csv; charset=utf-8",
}


class CannotDraw(ValueError):
    """There is no such figure of these votes; the message says why."""
