"""Reads a folder of clips whose names have the form `<pair id>_<seed>.mp4` or `<pair id>.mp4`."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from benchmark.conversion.unused_files import unused_files
from benchmark.pairs import AmbiguousName, ClipName, canonical_name, is_hidden_file, match_clip_names
from benchmark.video.formats import CLIP_SUFFIXES
from benchmark.wire.common import MAX_SEED

# The maximum number of wrong names for which a similar name is searched; each search takes about 20 ms.
MAX_SUGGESTIONS = 50


@dataclass(frozen=True)
class ClipFile:
    """The clip of a pair and seed."""

    path: Path
    pair_id: str
    seed: int

    @property
    def label(self) -> str:
        return clip_label(self.pair_id, self.seed)


@dataclass(frozen=True)
class ClipFolder:
    """The contents of a folder of clips.

    Attributes:
        clips: one clip for each pair and seed, sorted by seed and then in the benchmark's order.
        missing: labels of the clips that must be added so that each seed has every pair, in the order of
            `clips`.
        problems: one sentence for each problem with a file name.
        unused: for each reason, the names of the files that are not clips for this reason.
        other_seeds: the number of files with a seed other than the requested one.
    """

    clips: tuple[ClipFile, ...]
    missing: tuple[str, ...]
    problems: tuple[str, ...]
    unused: Mapping[str, tuple[str, ...]]
    other_seeds: int


def clip_label(pair_id: str, seed: int) -> str:
    """Return the server's name of a clip: the pair id for seed 0, `<pair id>_<seed>` for other seeds."""
    return f"{pair_id}_{seed}" if seed else pair_id


def read_clip_folder(
    folder: Path,
    pair_ids: Sequence[str],
    *,
    seed: int | None = None,
    names: Mapping[str, ClipName] | None = None,
) -> ClipFolder:
    """Match the files of a folder with the pairs of a benchmark.

    Args:
        folder: the .mp4 and .mov files in this folder are clips; other files and folders are listed as
            unused.
        pair_ids: the pair ids of the benchmark, in its order.
        seed: read only clips of this seed; a file name without a seed is read as a clip of this seed.
        names: pair and seed by file name (see `read_names`); by default they are parsed from the file
            names.
    """
    entries = sorted(folder.iterdir())
    found = [path for path in entries if path.suffix.lower() in CLIP_SUFFIXES and not path.is_dir()]
    found = [path for path in found if not is_hidden_file(path.name)]
    files = [path for path in found if path.is_file()]
    problems = list(_broken_links(found))
    if names is None:
        named, more = _names_of(files, pair_ids, seed or 0)
    else:
        named, more = _names_from_table(files, pair_ids, names)
    problems += more
    wanted = {path: name for path, name in named.items() if seed is None or name.seed in (seed, None)}
    by_clip: defaultdict[tuple[int, str], list[Path]] = defaultdict(list)
    for path, name in wanted.items():
        by_clip[(seed or 0) if name.seed is None else name.seed, name.pair_id].append(path)
    problems += _duplicates(by_clip)
    seeds = sorted({seed for seed, _ in by_clip}) or [seed or 0]
    order = [(each, pair_id) for each in seeds for pair_id in pair_ids]
    return ClipFolder(
        clips=tuple(ClipFile(by_clip[key][0], key[1], key[0]) for key in order if key in by_clip),
        missing=tuple(clip_label(pair_id, each) for each, pair_id in order if (each, pair_id) not in by_clip),
        problems=tuple(problems),
        unused=unused_files(entries),
        other_seeds=len(named) - len(wanted),
    )


def _names_of(
    files: Sequence[Path], pair_ids: Sequence[str], default_seed: int
) -> tuple[dict[Path, ClipName], list[str]]:
    """Return each file's pair and seed, parsed from the file's name, and a list of problems."""
    names = match_clip_names([path.stem for path in files], pair_ids)
    unknown = [path for path in files if path.stem in names.unknown]
    problems = [
        *_unknown_names(unknown, pair_ids),
        *(_ambiguous_name(name, default_seed) for name in names.ambiguous),
    ]
    named = {path: names.matched[path.stem] for path in files if path.stem in names.matched}
    too_large = [path for path, name in named.items() if (name.seed or 0) > MAX_SEED]
    problems += [f"{path.name}: the seed is larger than {MAX_SEED}, the largest seed" for path in too_large]
    return {path: name for path, name in named.items() if path not in too_large}, problems


def _names_from_table(
    files: Sequence[Path], pair_ids: Sequence[str], names: Mapping[str, ClipName]
) -> tuple[dict[Path, ClipName], list[str]]:
    """Return each file's pair and seed, looked up in the table `names`, and a list of problems."""
    known = {canonical_name(pair_id): pair_id for pair_id in pair_ids}
    by_name = {canonical_name(path.name): path for path in files}
    problems = [f"{name}: not in the table of names" for name in by_name if name not in names]
    problems += [
        f"{name}: in the table of names, but not in the folder" for name in names if name not in by_name
    ]
    named = {}
    for name, clip in names.items():
        pair_id = known.get(canonical_name(clip.pair_id))
        if pair_id is None:
            problems.append(f"{name}: no pair of this benchmark is called {clip.pair_id}")
        elif name in by_name:
            named[by_name[name]] = ClipName(pair_id, clip.seed)
    return named, problems


def _unknown_names(unknown: Sequence[Path], known: Collection[str]) -> Iterator[str]:
    for number, path in enumerate(unknown):
        near = get_close_matches(path.stem, known, n=1, cutoff=0.8) if number < MAX_SUGGESTIONS else []
        hint = f"; is it {near[0]}?" if near else ""
        yield f"{path.name}: no pair of this benchmark is called so{hint}"


def _ambiguous_name(name: AmbiguousName, default_seed: int) -> str:
    bare, seeded = name.pair_id.pair_id, name.with_seed
    return (
        f"{name.stem}.mp4 is the name of pair {bare}, and of pair {seeded.pair_id} with seed {seeded.seed}; "
        f"if it is a clip of {bare}, rename it to {bare}_{default_seed}.mp4; otherwise use a table of names "
        "(--names)"
    )


def _broken_links(found: Sequence[Path]) -> Iterator[str]:
    for path in found:
        if path.is_symlink() and not path.exists():
            yield f"{path.name}: a link to {path.readlink()}, which is not there"


def _duplicates(by_clip: Mapping[tuple[int, str], Sequence[Path]]) -> Iterator[str]:
    for (_, pair_id), paths in by_clip.items():
        if len(paths) > 1:
            names = " and ".join(path.name for path in paths)
            yield f"{pair_id}: {names} are both for this pair; keep one"
