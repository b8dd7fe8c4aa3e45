"""Reads a folder of clips named as the authors name theirs: `<pair id>_<seed>.mp4` or `<pair id>.mp4`."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from benchmark.pairs import AmbiguousName, ClipName, is_hidden_file, match_clip_names

# Near names are looked for in at most so many cases: it takes about 20 ms each.
MAX_SUGGESTIONS = 50


@dataclass(frozen=True)
class ClipFolder:
    """What a folder holds.

    Attributes:
        clips: the file of each pair there is one for.
        missing: the pair ids without a file, in the benchmark's order.
        problems: what is wrong with names, a sentence each.
        left_out: files of another seed than the one asked for.
    """

    clips: Mapping[str, Path]
    missing: tuple[str, ...]
    problems: tuple[str, ...]
    left_out: int


@dataclass(frozen=True)
class _NamedFile:
    path: Path
    name: ClipName


def read_clip_folder(folder: Path, pair_ids: Sequence[str], *, seed: int | None = None) -> ClipFolder:
    """Match the files of a folder with the pairs of a benchmark.

    Args:
        folder: its `.mp4` files are looked at; folders in it and other files are not.
        pair_ids: of the benchmark, in its order.
        seed: only clips of this seed, and those that name none; needed where there are several.
    """
    known = frozenset(pair_ids)
    clips = [path for path in folder.iterdir() if path.suffix.lower() == ".mp4"]
    found = sorted(path for path in clips if not is_hidden_file(path.name))
    files = {path: path.stem for path in found if path.is_file()}
    names = match_clip_names(files.values(), pair_ids)
    named = [_NamedFile(path, names.matched[stem]) for path, stem in files.items() if stem in names.matched]
    unknown = [path for path, stem in files.items() if stem in names.unknown]
    wanted = [each for each in named if seed is None or each.name.seed in (seed, None)]
    seeds = sorted({each.name.seed for each in wanted if each.name.seed is not None})
    by_pair: defaultdict[str, list[_NamedFile]] = defaultdict(list)
    for each in wanted:
        by_pair[each.name.pair_id].append(each)
    problems = [
        *_unknown_names(unknown, known),
        *map(_ambiguous_name, names.ambiguous),
        *_several_seeds(seeds),
        *_links_to_nothing(found),
    ]
    # Where seeds are mixed every pair may have two files; saying it once is enough.
    if len(seeds) < 2:
        problems.extend(_duplicates(by_pair))
    return ClipFolder(
        clips={pair_id: by_pair[pair_id][0].path for pair_id in pair_ids if pair_id in by_pair},
        missing=tuple(pair_id for pair_id in pair_ids if pair_id not in by_pair),
        problems=tuple(problems),
        left_out=len(named) - len(wanted),
    )


def _unknown_names(unknown: Sequence[Path], known: Collection[str]) -> Iterator[str]:
    for number, path in enumerate(unknown):
        near = get_close_matches(path.stem, known, n=1, cutoff=0.8) if number < MAX_SUGGESTIONS else []
        hint = f"; is it {near[0]}?" if near else ""
        yield f"{path.name}: no pair of this benchmark is called so{hint}"


def _ambiguous_name(name: AmbiguousName) -> str:
    bare, seeded = name.pair_id.pair_id, name.with_seed
    return (
        f"{name.stem}.mp4 is the name of pair {bare}, and of pair {seeded.pair_id} with seed {seeded.seed}; "
        f"rename it to {bare}_{seeded.seed}.mp4 or {seeded.pair_id}.mp4"
    )


def _several_seeds(seeds: Sequence[int]) -> Iterator[str]:
    if len(seeds) > 1:
        listed = ", ".join(map(str, seeds))
        yield f"There are clips of the seeds {listed}, and a submission holds one; choose it with --seed."


def _links_to_nothing(found: Sequence[Path]) -> Iterator[str]:
    for path in found:
        if path.is_symlink() and not path.exists():
            yield f"{path.name}: a link to {path.readlink()}, which is not there"


def _duplicates(by_pair: Mapping[str, Sequence[_NamedFile]]) -> Iterator[str]:
    for pair_id, files in by_pair.items():
        if len(files) > 1:
            names = " and ".join(each.path.name for each in files)
            yield f"{pair_id}: {names} are both for this pair; keep one"
