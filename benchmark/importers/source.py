"""A benchmark as it was read from its source, before it is stored."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmark.pairs import PairSpec


@dataclass(frozen=True)
class BenchmarkSource:
    """A complete benchmark without problems.

    Attributes:
        title: the authors' title; None if they give none.
        pairs: in the order of the table.
        images: the file of each image that a pair uses, by image name.
        source: the folder's name, or the data set with its revision; never a path of this machine.
        licence: as the authors state it; empty if they do not.
    """

    title: str | None
    pairs: tuple[PairSpec, ...]
    images: Mapping[str, Path]
    source: str
    licence: str
