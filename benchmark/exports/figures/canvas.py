"""The sheet figures are drawn on, measured in points (1/72 inch) from the top left corner.

Equal inputs give equal bytes: no date in the files, a fixed salt for the ids of an SVG, fonts that come with
matplotlib. PDF has its fonts embedded as TrueType, SVG keeps its text as text.
"""

import io
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt

from benchmark.exports.figures.kinds import FigureFormat
from benchmark.exports.figures.palette import INK, PAPER
from benchmark.exports.figures.text_layout import FAMILY

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.typing import RcKeyType

Pixels = npt.NDArray[np.uint8]

FULL_WIDTH = 504.0  # points: 7 inches, the text width of a paper in two columns
MARGIN = 2.0
TEXT_SIZE = 7.5
SMALL_SIZE = 6.5
PNG_DPI = 300
_STYLE: dict["RcKeyType", Any] = {
    "font.family": ["sans-serif"],
    # The first is what we measure and embed; the others are for readers of an SVG who lack it.
    "font.sans-serif": [FAMILY, "Verdana", "Arial", "Liberation Sans", "sans-serif"],
    "font.size": TEXT_SIZE,
    "text.parse_math": False,
    "pdf.fonttype": 42,
    "svg.fonttype": "none",
    "svg.hashsalt": "ti2v-bench",
    "image.composite_image": False,
    "path.simplify": False,
}
# matplotlib keeps its style in one place for all threads.
_DRAWING = threading.Lock()


@contextmanager
def drawing_style() -> Iterator[None]:
    """Hold matplotlib's settings as ours; one thread draws at a time."""
    import matplotlib as mpl

    with _DRAWING, mpl.rc_context(_STYLE):
        yield


class Canvas:
    """A sheet of `width` by `height` points; use it inside `drawing_style`."""

    def __init__(self, width: float, height: float) -> None:
        from matplotlib.figure import Figure

        inches = (width + 2 * MARGIN) / 72, (height + 2 * MARGIN) / 72
        self._figure = Figure(figsize=inches, facecolor=PAPER)
        self._axes: Axes = self._figure.add_axes((0, 0, 1, 1))
        self._axes.set_axis_off()
        self._size = width, height
        self._measure_in_points()

    def rectangle(self, x: float, y: float, width: float, height: float, colour: str) -> None:
        self._box((x, y), width, height, facecolor=colour, edgecolor="none")

    def frame(self, x: float, y: float, width: float, height: float) -> None:
        """Draw a hairline around a picture, so that a white one has an edge."""
        self._box((x, y), width, height, facecolor="none", edgecolor=INK, linewidth=0.3)

    def line(
        self,
        start: tuple[float, float],
        end: tuple[float, float],
        *,
        colour: str = INK,
        width: float = 0.5,
        dashed: bool = False,
    ) -> None:
        from matplotlib.lines import Line2D

        xs, ys = zip(start, end, strict=True)
        style: Any = (0, (2.2, 2.2)) if dashed else "solid"
        self._add(Line2D(xs, ys, color=colour, linewidth=width, linestyle=style, solid_capstyle="butt"))

    def text(
        self,
        x: float,
        baseline: float,
        text: str,
        *,
        size: float = TEXT_SIZE,
        colour: str = INK,
        bold: bool = False,
        italic: bool = False,
        align: Literal["left", "center", "right"] = "left",
        upright: bool = False,
    ) -> None:
        """Write printable text; `upright` lets it climb from its baseline, its middle above `x`."""
        self._axes.text(
            x,
            baseline,
            text,
            fontsize=size,
            color=colour,
            fontweight="bold" if bold else "normal",
            fontstyle="italic" if italic else "normal",
            horizontalalignment="center" if upright else align,
            verticalalignment="bottom" if upright else "baseline",
            rotation=90 if upright else 0,
        )

    def picture(self, x: float, y: float, width: float, height: float, pixels: Pixels) -> None:
        """Put a picture, uint8 RGB (height, width, 3), into the box."""
        self._axes.imshow(
            pixels, extent=(x, x + width, y + height, y), aspect="auto", interpolation="antialiased"
        )
        self._measure_in_points()  # imshow fits the axes to the picture

    def _box(self, corner: tuple[float, float], width: float, height: float, **style: Any) -> None:
        from matplotlib.patches import Rectangle

        self._add(Rectangle(corner, width, height, **style))

    def _add(self, artist: "Artist") -> None:
        # Not add_patch or plot: they measure the data for scales that we set ourselves, which takes
        # half of the time of a large figure.
        artist.set_clip_on(False)
        artist.set_transform(self._axes.transData)
        self._axes.add_artist(artist)

    def _measure_in_points(self) -> None:
        width, height = self._size
        self._axes.set_xlim(-MARGIN, width + MARGIN)
        self._axes.set_ylim(height + MARGIN, -MARGIN)

    def written(self, file_format: FigureFormat, *, title: str, caption: str) -> bytes:
        """Return the file; title and caption stand in its metadata."""
        stream = io.BytesIO()
        self._figure.savefig(
            stream,
            format=file_format.value,
            dpi=PNG_DPI,
            metadata=_metadata(file_format, title, caption),
        )
        return stream.getvalue()


def _metadata(file_format: FigureFormat, title: str, caption: str) -> dict[str, str | None]:
    creator = f"TI2V Bench {version('ti2v-bench')}"
    match file_format:
        case FigureFormat.SVG:
            return {"Title": title, "Description": caption, "Creator": creator, "Date": None}
        case FigureFormat.PDF:
            return {"Title": title, "Subject": caption, "Creator": creator, "CreationDate": None}
        case FigureFormat.PNG:
            return {"Title": title, "Description": caption, "Software": creator}
        case FigureFormat.CSV:
            raise ValueError("a table is not drawn")
