"""Which pairs are to be animated: the benchmark, some of its pairs, one shard of them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from benchmark.data import bundled_folder
from benchmark.importers.hub import SCHEME, read_hub
from benchmark.importers.official import read_official
from benchmark.importers.source import BenchmarkSource
from benchmark.pairs import PairSpec
from models.generators.base import ClipRequest
from models.generators.enums import BUNDLED

_SHARD = re.compile(r"(?P<number>[0-9]{1,6})/(?P<count>[0-9]{1,6})")


class UnknownPairs(ValueError):
    """Pairs were named that the benchmark does not have; `problems` lists them."""

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = list(problems)
        super().__init__("The benchmark has no such pairs:")


@dataclass(frozen=True)
class Shard:
    """One part of `count`; `number` counts from 1."""

    number: int
    count: int

    def __str__(self) -> str:
        return f"{self.number}/{self.count}"


def parse_shard(text: str) -> Shard:
    """Read `3/8`.

    Raises:
        ValueError: it has another form, or there is no such part.
    """
    match = _SHARD.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is no shard; write 3/8 for the third of eight")
    shard = Shard(int(match["number"]), int(match["count"]))
    if not 1 <= shard.number <= shard.count:
        raise ValueError(f"there is no shard {shard}; the first number goes from 1 to the second")
    return shard


def read_benchmark(place: str) -> BenchmarkSource:
    """Read the bundled benchmark by its slug, a folder or CSV in the official layout, or `hf://...`.

    Raises:
        ImportProblems: it cannot be read; all problems are listed.
    """
    if place == BUNDLED and not Path(place).exists():
        return read_official(bundled_folder())
    return read_hub(place) if place.startswith(SCHEME) else read_official(Path(place))


def chosen_pairs(
    pairs: Sequence[PairSpec],
    *,
    ids: Sequence[str] = (),
    shard: Shard | None = None,
    limit: int | None = None,
) -> list[PairSpec]:
    """Return the pairs meant, in the benchmark's order: of those named the shard, of the shard the first.

    Raises:
        UnknownPairs: a name is no pair's.
    """
    known = {pair.id for pair in pairs}
    unknown = [each for each in ids if each not in known]
    if unknown:
        raise UnknownPairs([_with_hint(each, known) for each in unknown])
    wanted = [pair for pair in pairs if not ids or pair.id in set(ids)]
    if shard is not None:
        wanted = wanted[shard.number - 1 :: shard.count]
    return wanted[:limit]


def requests_for(pairs: Sequence[PairSpec], source: BenchmarkSource, *, seed: int) -> list[ClipRequest]:
    return [ClipRequest(pair.id, source.images[pair.image], pair.prompt, seed) for pair in pairs]


def _with_hint(name: str, known: set[str]) -> str:
    near = get_close_matches(name, known, n=1, cutoff=0.8)
    return f"{name}; is it {near[0]}?" if near else name
