"""Draws text, shapes and images of a figure. Coordinates are in points (1/72 inch) from the top left corner.

Equal inputs give equal bytes. The files contain no date, and all fonts come with matplotlib. The ids in SVG
files are the same in each run, because `svg.hashsalt` is fixed. PDF files embed fonts as TrueType; SVG files
contain text as text elements.
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

FULL_WIDTH = 504.0  # in points: 7 inches, which is the text width of a paper in two columns
MARGIN = 2.0
TEXT_SIZE = 7.5
SMALL_SIZE = 6.5
PNG_DPI = 300
_STYLE: dict["RcKeyType", Any] = {
    "font.family": ["sans-serif"],
    # The first font is measured and embedded. The other fonts are fallbacks for SVG viewers without this
    # font.
    "font.sans-serif": [FAMILY, "Verdana", "Arial", "Liberation Sans", "sans-serif"],
    "font.size": TEXT_SIZE,
    "text.parse_math": False,
    "pdf.fonttype": 42,
    "svg.fonttype": "none",
    "svg.hashsalt": "ti2v-bench",
    "image.composite_image": False,
    "path.simplify": False,
}
# matplotlib's settings are global to the process, so only one thread may draw at a time.
_DRAWING = threading.Lock()


@contextmanager
def drawing_style() -> Iterator[None]:
    """Apply our matplotlib settings. A lock ensures that only one thread draws at a time."""
    import matplotlib as mpl

    with _DRAWING, mpl.rc_context(_STYLE):
        yield


class Canvas:
    """A canvas of `width` by `height` points. Use a canvas only inside a `with drawing_style()` block."""

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
        """Draw a hairline around an image, so that a white image has a visible edge."""
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
        """Draw printable text.

        If `upright` is set, the text runs vertically (rotated by 90 degrees), is centred on `x` and starts at
        `baseline`.
        """
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

    def image(self, x: float, y: float, width: float, height: float, pixels: Pixels) -> None:
        """Draw an image, uint8 RGB (height, width, 3), scaled to the box."""
        self._axes.imshow(
            pixels, extent=(x, x + width, y + height, y), aspect="auto", interpolation="antialiased"
        )
        self._measure_in_points()  # imshow changes the limits of the axes

    def _box(self, corner: tuple[float, float], width: float, height: float, **style: Any) -> None:
        from matplotlib.patches import Rectangle

        self._add(Rectangle(corner, width, height, **style))

    def _add(self, artist: "Artist") -> None:
        # add_patch and plot would compute data limits, which takes half of the drawing time of a large
        # figure. The constructor sets the limits instead.
        artist.set_clip_on(False)
        artist.set_transform(self._axes.transData)
        self._axes.add_artist(artist)

    def _measure_in_points(self) -> None:
        width, height = self._size
        self._axes.set_xlim(-MARGIN, width + MARGIN)
        self._axes.set_ylim(height + MARGIN, -MARGIN)

    def to_bytes(self, file_format: FigureFormat, *, title: str, caption: str) -> bytes:
        """Return the canvas as the bytes of a file, with title and caption in the metadata."""
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
            raise ValueError("a canvas cannot be written as CSV")
