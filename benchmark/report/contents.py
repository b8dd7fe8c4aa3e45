"""Defines the contents of a report, which the server reads from its database in one transaction."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

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
    """A snapshot of the data that a study's report contains.

    Attributes:
        slug, title: the study's slug and title.
        interim: whether the study is not closed yet.
        protocol: the contents of protocol.json: the study's settings, benchmark, matchups and sides.
        names: the display names of the sides.
        pairs, clips, comparisons: the rows of the tables, in a fixed order; this module lists their columns.
        votes: a function that returns the rows of the votes table; the writer calls this function once per
            file format.
        playback: a function that returns the rows of the playback table; None if the study has no events.
        benchmark_licence: the licence that the benchmark states.
        licence: the licence of the votes, as a licence identifier of the Hugging Face hub.
        strips: the frame strips to draw; each strip shows one pair.
        scores: files of metric scores, as `ti2v metrics --format json` writes them.
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
    scores: tuple[Path, ...] = ()
    playback: Callable[[], Iterable[object]] | None = None
