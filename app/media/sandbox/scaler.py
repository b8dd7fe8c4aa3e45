"""Converts frames to one size.

There are three ways. Scaled frames are cropped, or get black bars. Frames that keep their size are put in the
middle of a black canvas.
"""

from typing import Any

from av.filter import Graph

from benchmark.protocol import RenditionRecipe
from benchmark.video.pixels import colour_matrix

# For these matrix codes of ITU-T H.273, the code below sets the scaler's matrix. For other codes, the scaler
# uses the frame's own tag.
_MATRICES = {1: "bt709", 5: "bt601", 6: "bt601"}


class Scaler:
    """Scales frames of one clip to 8-bit 4:2:0, BT.601, limited range, square pixels.

    Args:
        first: a frame of the clip; all other frames have the same size and format.
        kind: the kind of recipe; `letterbox` and `native` add black bars, other kinds crop at the centre.
        width: width of the result, an even number.
        height: height of the result, an even number.
    """

    def __init__(self, first: Any, kind: RenditionRecipe, *, width: int, height: int) -> None:
        matrix = _MATRICES.get(colour_matrix(first), "auto")
        box = f"{width}:{height}"
        size = {
            RenditionRecipe.LETTERBOX: f"{box}:force_original_aspect_ratio=decrease:force_divisible_by=2",
            RenditionRecipe.NATIVE: "iw:ih",
        }.get(kind, f"{box}:force_original_aspect_ratio=increase")
        has_bars = kind in (RenditionRecipe.LETTERBOX, RenditionRecipe.NATIVE)
        shape = ("pad", f"{box}:(ow-iw)/2:(oh-ih)/2") if has_bars else ("crop", box)
        self._graph = Graph()
        self._graph.threads = 1
        steps = [
            self._graph.add_buffer(
                width=first.width, height=first.height, format=first.format, time_base=first.time_base
            ),
            self._graph.add(
                "scale",
                f"{size}:flags=bicubic:in_color_matrix={matrix}:out_color_matrix=bt601:out_range=tv",
            ),
            self._graph.add("format", "yuv420p"),
            self._graph.add(*shape),
            self._graph.add("setsar", "1"),
            self._graph.add("buffersink"),
        ]
        self._graph.link_nodes(*steps).configure()

    def __call__(self, frame: Any) -> Any:
        self._graph.push(frame)
        return self._graph.pull()
