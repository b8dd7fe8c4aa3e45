"""Finds the pair and seed in the names of clip files, and explains which names match no pair."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import PurePath

from benchmark.pairs import AmbiguousName, ClipName, match_clip_names
from benchmark.wire.common import MAX_SEED

# The number of wrong file names for which similar pair ids are suggested. One search takes about 20 ms.
MAX_SUGGESTIONS = 50


@dataclass(frozen=True)
class FileNames:
    """A mapping from file names to pairs and seeds, and one sentence for each name that cannot be mapped."""

    named: Mapping[str, ClipName]
    problems: tuple[str, ...]


def read_file_names(names: Sequence[str], pair_ids: Sequence[str], *, default_seed: int = 0) -> FileNames:
    """Return the pair and seed in each file name.

    >>> read_file_names(["kite1_it_rises_2.mp4"], ["kite1_it_rises"]).named
    {'kite1_it_rises_2.mp4': ClipName(pair_id='kite1_it_rises', seed=2)}

    Args:
        names: file names with a suffix, such as `<pair id>_<seed>.mp4`.
        pair_ids: the pair ids of the benchmark.
        default_seed: the seed of a file whose name contains no seed. The function uses this seed only in
            messages about ambiguous names.
    """
    stems = {name: PurePath(name).stem for name in names}
    found = match_clip_names(stems.values(), pair_ids)
    named = {name: found.matched[stem] for name, stem in stems.items() if stem in found.matched}
    too_large = [name for name, clip in named.items() if (clip.seed or 0) > MAX_SEED]
    problems = (
        *_unknown_names([name for name in names if stems[name] in found.unknown], pair_ids),
        *(_ambiguous_name(name, default_seed) for name in found.ambiguous),
        *(f"{name}: the seed is larger than {MAX_SEED}, the largest seed" for name in too_large),
    )
    return FileNames({name: clip for name, clip in named.items() if name not in too_large}, problems)


def duplicate_clip(pair_id: str, names: Sequence[str]) -> str:
    """Return a message that names several files with the same pair and seed."""
    return f"{pair_id}: both {' and '.join(names)} are clips of this pair; keep one of them"


def _unknown_names(unknown: Sequence[str], known: Collection[str]) -> Iterator[str]:
    for number, name in enumerate(unknown):
        stem = PurePath(name).stem
        near = get_close_matches(stem, known, n=1, cutoff=0.8) if number < MAX_SUGGESTIONS else []
        hint = f"; is it {near[0]}?" if near else ""
        yield f"{name}: the benchmark has no pair with this name{hint}"


def _ambiguous_name(name: AmbiguousName, default_seed: int) -> str:
    bare, seeded = name.pair_id.pair_id, name.with_seed
    return (
        f"{name.stem}.mp4 is the name of pair {bare}, and of pair {seeded.pair_id} with seed {seeded.seed}; "
        f"if it is a clip of {bare}, rename it to {bare}_{default_seed}.mp4; otherwise use a table of names "
        "(--names)"
    )
