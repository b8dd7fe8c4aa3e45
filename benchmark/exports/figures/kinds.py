"""Defines the names and file formats of figures, and the error for a figure that cannot be drawn."""

from enum import StrEnum


class FigureName(StrEnum):
    """The name of a figure that shows a whole study."""

    PREFERENCES = "preferences"
    SCENARIOS = "scenarios"
    STYLES = "styles"
    HARD_CASES = "hard-cases"


class MetricFigureName(StrEnum):
    """A figure that is drawn from the votes of a study and from scores of automatic metrics."""

    METRIC_AGREEMENT = "metric-agreement"


class FigureFormat(StrEnum):
    """A file format of figures; `csv` contains the figure's data."""

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
    """A figure cannot be drawn. The message gives the reason."""
