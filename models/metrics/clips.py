"""Finds the clips in a folder and the benchmark's pair for each clip."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from benchmark.importers.layouts import DIMENSIONS_TAG
from benchmark.importers.source import BenchmarkSource
from benchmark.pairs import ClipName, PairSpec, canonical_name, is_hidden_file, match_clip_names
from models.metrics.clip_input import ClipInput

_PROMPT_AND_SEED = re.compile(r"(?P<prompt>.+)-(?P<seed>[0-9]{1,9})")


class NoClipsFound(ValueError):
    """The folder has no clip of the benchmark. The message gives examples of ignored files."""


class TwoClipsForOneSeed(ValueError):
    """Two files of the folder are clips of the same pair and seed."""


@dataclass(frozen=True)
class FoundClips:
    """The clips found in a folder, and the ignored files.

    Attributes:
        clips: the clips, in the order of the benchmark's pairs; clips of one pair are sorted by seed.
        ignored: the name of each file that is not a clip of the benchmark, and the reason.
        expected_pairs: number of pairs of the benchmark.
    """

    clips: tuple[ClipInput, ...]
    ignored: tuple[str, ...]
    expected_pairs: int


def find_clips(folder: Path, source: BenchmarkSource) -> FoundClips:
    """Match the `.mp4` files of a folder with a benchmark's pairs; a pair may have several clips.

    Names are `<pair id>.mp4`, `<pair id>_<seed>.mp4` or, as in VBench, `<prompt>-<seed>.mp4`.

    Raises:
        NoClipsFound: no file is a clip of the benchmark.
        TwoClipsForOneSeed: two files are clips of the same pair and seed.
    """
    files = sorted(path for path in folder.iterdir() if path.is_file() and not is_hidden_file(path.name))
    videos = _by_stem([path for path in files if path.suffix.lower() == ".mp4"])
    names = match_clip_names(videos, [pair.id for pair in source.pairs])
    named_by_prompt = _prompt_names(names.unknown, source.pairs)
    matched = {**names.matched, **named_by_prompt}
    _refuse_two_of_a_seed(matched)
    order = {pair.id: number for number, pair in enumerate(source.pairs)}
    clips = [
        _clip_input(source.pairs[order[name.pair_id]], name, videos[stem], source)
        for stem, name in matched.items()
    ]
    shared = _shared_prompts(names.unknown, source.pairs)
    unknown = [stem for stem in names.unknown if stem not in named_by_prompt and stem not in shared]
    ignored = [
        *(f"{path.name}: not an .mp4 file" for path in files if path.suffix.lower() != ".mp4"),
        *(f"{videos[stem].name}: no pair of this benchmark has this name" for stem in unknown),
        *(f"{each.stem}.mp4: the name fits two pairs" for each in names.ambiguous),
        *(
            f"{videos[stem].name}: {count} pairs have this prompt; name the file <pair id>_<seed>.mp4"
            for stem, count in shared.items()
        ),
    ]
    if not clips:
        raise NoClipsFound(
            f"{folder} has no clip of this benchmark. Clips are named <pair id>.mp4 or <pair id>_<seed>.mp4, "
            f"for example {source.pairs[0].id}.mp4. {_examples(ignored)}".rstrip()
        )
    return FoundClips(
        tuple(sorted(clips, key=lambda clip: (order[clip.pair], clip.seed))), tuple(ignored), len(order)
    )


def _by_stem(paths: Sequence[Path]) -> dict[str, Path]:
    """Return the files by stem. Raises TwoClipsForOneSeed for two files such as `a.mp4` and `a.MP4`."""
    found: dict[str, Path] = {}
    for path in paths:
        first = found.setdefault(path.stem, path)
        if first != path:
            raise TwoClipsForOneSeed(
                f"{first.name} and {path.name} have the same name without their suffix. Remove one of them."
            )
    return found


def _clip_input(pair: PairSpec, name: ClipName, path: Path, source: BenchmarkSource) -> ClipInput:
    return ClipInput(
        pair=pair.id,
        scenario=pair.scenario,
        prompt=pair.prompt,
        seed=name.seed or 0,
        path=path,
        image_path=source.images[pair.image],
        dimensions=frozenset(pair.tags.get(DIMENSIONS_TAG, "").split()),
    )


def common_pairs(found: Sequence[FoundClips]) -> list[FoundClips]:
    """Keep only the clips of pairs that have a clip in every folder.

    Raises:
        NoClipsFound: the folders have no pair in common.
    """
    common = set.intersection(*({clip.pair for clip in each.clips} for each in found))
    if not common:
        raise NoClipsFound("The folders have clips of no common pair. Remove --common-pairs.")
    return [replace(each, clips=tuple(clip for clip in each.clips if clip.pair in common)) for each in found]


def _prompt_names(stems: Sequence[str], pairs: Sequence[PairSpec]) -> dict[str, ClipName]:
    """Return the pair and seed of a name such as `<prompt>-<seed>`, if exactly one pair has the prompt."""
    prompts = Counter(pair.prompt for pair in pairs)
    of_prompt = {pair.prompt: pair.id for pair in pairs if prompts[pair.prompt] == 1}
    found = {}
    for stem in stems:
        match = _PROMPT_AND_SEED.fullmatch(canonical_name(stem))
        if match is not None and match["prompt"] in of_prompt:
            found[stem] = ClipName(of_prompt[match["prompt"]], int(match["seed"]))
    return found


def _shared_prompts(stems: Sequence[str], pairs: Sequence[PairSpec]) -> dict[str, int]:
    """Return the number of pairs for each name `<prompt>-<seed>` whose prompt belongs to several pairs."""
    prompts = Counter(pair.prompt for pair in pairs)
    found = {}
    for stem in stems:
        match = _PROMPT_AND_SEED.fullmatch(canonical_name(stem))
        if match is not None and prompts[match["prompt"]] > 1:
            found[stem] = prompts[match["prompt"]]
    return found


def _refuse_two_of_a_seed(matched: Mapping[str, ClipName]) -> None:
    first: dict[tuple[str, int], str] = {}
    for stem, name in sorted(matched.items()):
        other = first.setdefault((name.pair_id, name.seed or 0), stem)
        if other != stem:
            raise TwoClipsForOneSeed(
                f"{other}.mp4 and {stem}.mp4 are both seed {name.seed or 0} of the pair {name.pair_id}. "
                "Remove one of them or give it another seed."
            )


def _examples(ignored: Sequence[str]) -> str:
    return f"Ignored: {'; '.join(ignored[:3])}." if ignored else ""
