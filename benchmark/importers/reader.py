"""Reads a benchmark from a folder, from a CSV file, or from the Hugging Face hub."""

import re
from pathlib import Path

from benchmark.importers import hub
from benchmark.importers.official import read_official
from benchmark.importers.source import BenchmarkSource


def read_benchmark(address: str) -> BenchmarkSource:
    """Read a benchmark from a folder or CSV in the official layout, or from `hf://owner/name[@revision]`.

    Raises:
        ImportProblems: the benchmark cannot be imported; the error contains every problem found.
    """
    return hub.read_hub(address) if address.startswith(hub.SCHEME) else read_official(Path(address))


def default_slug(address: str) -> str:
    """Return a slug made from the name of the folder or dataset at the address.

    >>> default_slug("hf://wang-sj16/TI2V-Bench@main"), default_slug("releases/My Pairs/prompt.csv")
    ('ti2v-bench', 'my-pairs')
    """
    if address.startswith(hub.SCHEME):
        name = hub.parse_address(address).repository.partition("/")[2]
    else:
        path = Path(address).resolve()
        name = path.name if path.is_dir() else path.parent.name
    slug = re.sub(r"[^a-z0-9._-]+", "-", name.lower()).strip("-._")
    return slug[:64] or "benchmark"
