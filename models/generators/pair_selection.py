"""Selects pairs of a benchmark by their ids, by shard, or up to a maximum number of pairs."""

from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path

from benchmark.data import bundled_folder
from benchmark.importers.hub import SCHEME, read_hub
from benchmark.importers.official import read_official
from benchmark.importers.source import BenchmarkSource
from benchmark.pairs import PairSpec
from models.generators.base import ClipRequest
from models.generators.enums import BUNDLED
from models.shard import Shard


class UnknownPairs(ValueError):
    """Some requested pairs do not exist in the benchmark; `problems` lists the missing pairs."""

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = list(problems)
        super().__init__("The benchmark does not have these pairs:")


def read_benchmark(source: str) -> BenchmarkSource:
    """Read a benchmark.

    Args:
        source: slug of the bundled benchmark, path of a folder or CSV in the official layout, or `hf://...`.

    Raises:
        ImportProblems: the benchmark cannot be read; all problems are listed.
    """
    if source == BUNDLED and not Path(source).exists():
        return read_official(bundled_folder())
    return read_hub(source) if source.startswith(SCHEME) else read_official(Path(source))


def select_pairs(
    pairs: Sequence[PairSpec],
    *,
    ids: Sequence[str] = (),
    shard: Shard | None = None,
    limit: int | None = None,
) -> list[PairSpec]:
    """Return the selected pairs, in the benchmark's order.

    The function first selects the pairs with the given ids, then one shard of the selected pairs, then the
    first `limit` pairs of this shard.

    Args:
        pairs: all pairs of the benchmark.
        ids: ids of the pairs to select; without ids, all pairs are selected.
        shard: the shard to select; if None, all pairs are selected.
        limit: maximum number of selected pairs.

    Raises:
        UnknownPairs: an id does not exist; the message suggests the closest id.
    """
    known = {pair.id for pair in pairs}
    unknown = [each for each in ids if each not in known]
    if unknown:
        raise UnknownPairs([_with_hint(each, known) for each in unknown])
    wanted = [pair for pair in pairs if not ids or pair.id in set(ids)]
    if shard is not None:
        wanted = wanted[shard.number - 1 :: shard.count]
    return wanted[:limit]


def build_requests(pairs: Sequence[PairSpec], source: BenchmarkSource, *, seed: int) -> list[ClipRequest]:
    """Return one request per pair."""
    return [ClipRequest(pair.id, source.images[pair.image], pair.prompt, seed) for pair in pairs]


def _with_hint(name: str, known: set[str]) -> str:
    closest = get_close_matches(name, known, n=1, cutoff=0.8)
    return f"{name}; did you mean {closest[0]}?" if closest else name
