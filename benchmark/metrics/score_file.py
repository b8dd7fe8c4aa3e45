"""Reads the files that `ti2v metrics --format json` writes: the scores of submissions in one suite."""

import json
import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import Any

from benchmark.metrics.table import MetricTable
from benchmark.metrics.vectors import MetricInputError
from benchmark.pairs import canonical_name
from benchmark.protocol import Direction


@dataclass(frozen=True)
class ScoreFile:
    """The scores of one side of a matchup in one suite of metrics.

    The score of a pair is the mean over the pair's seeds.

    Attributes:
        name: the side, `model` or `model@label`.
        settings: the settings that `ti2v metrics` used to compute the scores.
        directions: the direction of each metric.
        scores: for each metric, the score of each pair.
        facts: for each pair, the width, height, frames, seconds and bytes of the pair's clips; empty if the
            file does not contain these numbers.
    """

    suite: str
    name: str
    settings: Mapping[str, str]
    directions: Mapping[str, Direction]
    scores: Mapping[str, Mapping[str, float]]
    facts: Mapping[str, Mapping[str, float]]


def read_score_files(path: Path) -> list[ScoreFile]:
    """Read the scores of each submission in a file.

    Raises:
        MetricInputError: the file was not written by `ti2v metrics --format json`, or a score is not a finite
            number.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8-sig"), object_pairs_hook=_without_duplicates)
        documents = content if isinstance(content, list) and content else [content]
        return [_scores_of(document) for document in documents]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise MetricInputError(
            f"{path} is not a file of scores ({type(error).__name__}: {error}). Write it with: ti2v metrics "
            "FOLDER --benchmark B --suite S --format json --name MODEL --output FILE"
        ) from error


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        twice = next(name for name, count in Counter(name for name, _ in pairs).items() if count > 1)
        raise ValueError(f"the key {twice} occurs twice in one object")
    return found


def score_file(table: MetricTable, name: str) -> ScoreFile:
    """Convert a table from a server to the scores of the side `name`."""
    scores: dict[str, dict[str, float]] = {}
    for metric in table.metrics:
        by_pair: defaultdict[str, list[float]] = defaultdict(list)
        for clip in table.clips:
            if metric.name in clip.values:
                by_pair[clip.pair].append(clip.values[metric.name])
        scores[metric.name] = {pair: fmean(values) for pair, values in by_pair.items()}
    return ScoreFile(
        suite=table.suite,
        name=name,
        settings=table.settings,
        directions={metric.name: metric.direction for metric in table.metrics},
        scores=scores,
        facts={clip.pair: clip.facts for clip in table.clips},
    )


def _scores_of(document: Mapping[str, Any]) -> ScoreFile:
    directions = {name: Direction(each["direction"]) for name, each in document["means"].items()}
    clips = _checked_clips(document["clips"])
    scores = {name: _by_pair(clips, "values", name) for name in directions}
    names = {name for clip in clips for name in clip.get("clip", {})}
    facts: defaultdict[str, dict[str, float]] = defaultdict(dict)
    for name in sorted(names):
        for pair, value in _by_pair(clips, "clip", name).items():
            facts[pair][name] = value
    return ScoreFile(
        document["suite"], _name(document["name"]), document["settings"], directions, scores, dict(facts)
    )


def _name(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{value!r} is not a name")
    return canonical_name(value.strip())


def _checked_clips(clips: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return the clips with the names of pairs in NFC. Raises ValueError if a clip occurs twice."""
    named: list[Mapping[str, Any]] = [{**clip, "pair": _name(clip["pair"])} for clip in clips]
    seen: set[tuple[str, Any]] = set()
    for clip in named:
        key = (clip["pair"], clip.get("seed", 0))
        if key in seen:
            raise ValueError(f"the clip of pair {key[0]} with seed {key[1]} occurs twice")
        seen.add(key)
    return named


def _by_pair(clips: list[Mapping[str, Mapping[str, float]]], part: str, name: str) -> dict[str, float]:
    found: defaultdict[str, list[float]] = defaultdict(list)
    for clip in clips:
        value = clip.get(part, {}).get(name)
        if value is None:
            continue
        if isinstance(value, bool | str) or not math.isfinite(value):
            raise ValueError(f"{name} of the pair {clip['pair']} is {value!r}")
        found[str(clip["pair"])].append(float(value))
    return {pair: fmean(values) for pair, values in found.items()}
