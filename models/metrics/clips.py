"""Finds the clips in a folder, and the pair of each clip."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmark.importers.layouts import DIMENSIONS_TAG
from benchmark.importers.source import BenchmarkSource
from benchmark.pairs import is_hidden_file, match_clip_names
from models.metrics.clip_input import ClipInput


class NoClipsFound(ValueError):
    """The folder has no clip of the benchmark. The message gives examples of ignored files."""


@dataclass(frozen=True)
class FoundClips:
    """The clips found in a folder, and the ignored files.

    Attributes:
        clips: the clips in the benchmark's order of pairs; clips of one pair are sorted by seed.
        ignored: name and reason of each file that is not a clip of the benchmark.
        expected_pairs: number of pairs of the benchmark.
    """

    clips: tuple[ClipInput, ...]
    ignored: tuple[str, ...]
    expected_pairs: int


def find_clips(folder: Path, source: BenchmarkSource) -> FoundClips:
    """Match the `.mp4` files of a folder with a benchmark's pairs; a pair may have several clips.

    Raises:
        NoClipsFound: no file is a clip of the benchmark.
    """
    files = sorted(path for path in folder.iterdir() if path.is_file() and not is_hidden_file(path.name))
    videos = {path.stem: path for path in files if path.suffix.lower() == ".mp4"}
    names = match_clip_names(videos, [pair.id for pair in source.pairs])
    order = {pair.id: number for number, pair in enumerate(source.pairs)}
    clips = [
        ClipInput(
            pair=name.pair_id,
            scenario=source.pairs[order[name.pair_id]].scenario,
            prompt=source.pairs[order[name.pair_id]].prompt,
            seed=name.seed or 0,
            path=videos[stem],
            image_path=source.images[source.pairs[order[name.pair_id]].image],
            dimensions=frozenset(source.pairs[order[name.pair_id]].tags.get(DIMENSIONS_TAG, "").split()),
        )
        for stem, name in names.matched.items()
    ]
    ignored = [
        *(f"{path.name}: not an .mp4 file" for path in files if path.suffix.lower() != ".mp4"),
        *(f"{videos[stem].name}: no pair of this benchmark has this name" for stem in names.unknown),
        *(f"{each.stem}.mp4: the name fits two pairs" for each in names.ambiguous),
    ]
    if not clips:
        raise NoClipsFound(
            f"{folder} has no clip of this benchmark. Clips are named <pair id>.mp4 or <pair id>_<seed>.mp4, "
            f"for example {source.pairs[0].id}.mp4. {_examples(ignored)}".rstrip()
        )
    return FoundClips(
        tuple(sorted(clips, key=lambda clip: (order[clip.pair], clip.seed))), tuple(ignored), len(order)
    )


def _examples(ignored: Sequence[str]) -> str:
    return f"Ignored: {'; '.join(ignored[:3])}." if ignored else ""
