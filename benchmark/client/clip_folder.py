"""Reads a folder of clips whose names have the form `<pair id>_<seed>.mp4` or `<pair id>.mp4`."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmark.clip_names import duplicate_clip, read_file_names
from benchmark.conversion.unused_files import unused_files
from benchmark.pairs import ClipName, canonical_name, is_hidden_file
from benchmark.video.formats import CLIP_SUFFIXES


@dataclass(frozen=True)
class ClipFile:
    """A clip file, with the pair and the seed of the clip."""

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
        clips: one clip for each pair and seed, sorted by seed, then by the benchmark's order of pairs.
        missing: labels of the missing clips, in the order of `clips`. For each seed that occurs in the
            folder, every pair needs a clip.
        problems: one sentence for each problem with a file name.
        unused: the names of the files that are not used as clips, grouped by the reason.
        other_seeds: the number of files whose seed differs from the requested seed.
    """

    clips: tuple[ClipFile, ...]
    missing: tuple[str, ...]
    problems: tuple[str, ...]
    unused: Mapping[str, tuple[str, ...]]
    other_seeds: int


def clip_label(pair_id: str, seed: int) -> str:
    """Return the server's name for a clip: the pair id for seed 0, `<pair id>_<seed>` for other seeds."""
    return f"{pair_id}_{seed}" if seed else pair_id


def read_clip_folder(
    folder: Path,
    pair_ids: Sequence[str],
    *,
    seed: int | None = None,
    names: Mapping[str, ClipName] | None = None,
) -> ClipFolder:
    """Find the pair and seed of each file in a folder, from the file's name.

    Args:
        folder: the .mp4 and .mov files in this folder are clips; other files and folders are listed as
            unused.
        pair_ids: the pair ids of the benchmark, in the benchmark's order.
        seed: read only clips of this seed. If a file name contains no seed, the file counts as a clip of this
            seed.
        names: a mapping from file name to pair and seed (see `read_names`); by default, the file names are
            parsed.
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
    names = read_file_names([path.name for path in files], pair_ids, default_seed=default_seed)
    return {path: names.named[path.name] for path in files if path.name in names.named}, list(names.problems)


def _names_from_table(
    files: Sequence[Path], pair_ids: Sequence[str], names: Mapping[str, ClipName]
) -> tuple[dict[Path, ClipName], list[str]]:
    """Return each file's pair and seed, looked up in the table `names`, and a list of problems."""
    known = {canonical_name(pair_id): pair_id for pair_id in pair_ids}
    by_name = {canonical_name(path.name): path for path in files}
    problems = [
        f"{name}: the table of names does not contain this file" for name in by_name if name not in names
    ]
    problems += [
        f"{name}: the table of names contains this file, but the folder does not"
        for name in names
        if name not in by_name
    ]
    named = {}
    for name, clip in names.items():
        pair_id = known.get(canonical_name(clip.pair_id))
        if pair_id is None:
            problems.append(f"{name}: the benchmark has no pair {clip.pair_id}")
        elif name in by_name:
            named[by_name[name]] = ClipName(pair_id, clip.seed)
    return named, problems


def _broken_links(found: Sequence[Path]) -> Iterator[str]:
    for path in found:
        if path.is_symlink() and not path.exists():
            yield f"{path.name}: a link to {path.readlink()}, which does not exist"


def _duplicates(by_clip: Mapping[tuple[int, str], Sequence[Path]]) -> Iterator[str]:
    for (_, pair_id), paths in by_clip.items():
        if len(paths) > 1:
            yield duplicate_clip(pair_id, [path.name for path in paths])
