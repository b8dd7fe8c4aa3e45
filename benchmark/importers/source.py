"""A benchmark as it was read, before anything is stored."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmark.pairs import PairSpec


@dataclass(frozen=True)
class BenchmarkSource:
    """A whole benchmark without a known problem.

    Attributes:
        title: as its authors call it, where they say so.
        pairs: in the order of the table.
        images: the file of each image name that a pair uses.
        source: where it came from, with the revision where there is one; never a path of this machine.
        licence: as its authors state it; empty where they do not.
    """

    title: str | None
    pairs: tuple[PairSpec, ...]
    images: Mapping[str, Path]
    source: str
    licence: str
