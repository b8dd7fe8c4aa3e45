"""Defines the type of a benchmark that was read from its source and is not stored yet."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmark.pairs import PairSpec


@dataclass(frozen=True)
class BenchmarkSource:
    """A benchmark that was read and checked, ready to be stored.

    Attributes:
        title: the authors' title; None if the authors give no title.
        pairs: the pairs in the order of the table.
        images: the image file for each image name that a pair refers to.
        source: the folder's name, or the dataset with its revision; never a local path.
        licence: the licence that the authors state; empty if they state none.
        remark: a sentence that states what the program guessed when it read the table.
    """

    title: str | None
    pairs: tuple[PairSpec, ...]
    images: Mapping[str, Path]
    source: str
    licence: str
    remark: str | None = None
