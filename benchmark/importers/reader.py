"""Reads a benchmark from wherever its address points: a folder, a CSV, or the hub."""

import re
from pathlib import Path

from benchmark.importers import hub
from benchmark.importers.official import read_official
from benchmark.importers.source import BenchmarkSource


def read_benchmark(place: str) -> BenchmarkSource:
    """Read a folder or CSV in the official layout, or `hf://owner/name[@revision]`.

    Raises:
        ImportProblems: with every problem found.
    """
    return hub.read_hub(place) if place.startswith(hub.SCHEME) else read_official(Path(place))


def slug_of(place: str) -> str:
    """Return the slug a place suggests: the name of its folder or data set.

    >>> slug_of("hf://wang-sj16/TI2V-Bench@main"), slug_of("releases/My Pairs/prompt.csv")
    ('ti2v-bench', 'my-pairs')
    """
    if place.startswith(hub.SCHEME):
        name = hub.parse_address(place).repository.partition("/")[2]
    else:
        path = Path(place).resolve()
        name = path.name if path.is_dir() else path.parent.name
    slug = re.sub(r"[^a-z0-9._-]+", "-", name.lower()).strip("-._")
    return slug[:64] or "benchmark"
