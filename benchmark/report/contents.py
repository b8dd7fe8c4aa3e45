"""What a bundle is made of; the service reads it from its database, all of one moment."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from benchmark.exports.cells import Cell
from benchmark.exports.figures.writer import PaperFigure

Rows = list[list[Cell]]
PAIR_COLUMNS = (
    "pair",
    "image",
    "image_sha256",
    "prompt",
    "prompt_sha256",
    "scenario",
    "tags",
)
CLIP_COLUMNS = (
    "side",
    "submission",
    "pair",
    "seed",
    "sha256",
    "bytes",
    "codec",
    "width",
    "height",
    "frames",
    "fps",
    "duration_s",
)
COMPARISON_COLUMNS = ("matchup", "pair", "gold")


@dataclass(frozen=True)
class ReportContents:
    """A study of one moment.

    Attributes:
        slug, title: of the study.
        interim: it is not closed.
        protocol: what protocol.json holds: the study's settings, its benchmark, matchups and sides.
        names: what people call the sides.
        pairs, clips, comparisons: rows of the columns above, in a fixed order.
        votes: gives the rows of the votes table anew at each call.
        benchmark_licence: as the benchmark states it.
        licence: of the votes, an identifier the Hugging Face hub knows.
        strips: frames of single pairs.
    """

    slug: str
    title: str
    interim: bool
    protocol: Mapping[str, object]
    names: Mapping[str, str]
    pairs: Rows
    clips: Rows
    comparisons: Rows
    votes: Callable[[], Iterable[object]]
    benchmark_licence: str
    licence: str = "unknown"
    strips: tuple[PaperFigure, ...] = ()
