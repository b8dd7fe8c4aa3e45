"""Reads the files that `ti2v metrics --format json` writes: the scores of submissions in one suite."""

import json
import math
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import Any

from benchmark.metrics.table import MetricTable
from benchmark.metrics.vectors import MetricInputError
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
        content = json.loads(path.read_text(encoding="utf-8"))
        documents = content if isinstance(content, list) and content else [content]
        return [_scores_of(document) for document in documents]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise MetricInputError(
            f"{path} is not a file of scores ({type(error).__name__}: {error}). Write it with: ti2v metrics "
            "FOLDER --benchmark B --suite S --format json --name MODEL --output FILE"
        ) from error


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
    clips = document["clips"]
    scores = {name: _by_pair(clips, "values", name) for name in directions}
    names = {name for clip in clips for name in clip.get("clip", {})}
    facts: defaultdict[str, dict[str, float]] = defaultdict(dict)
    for name in sorted(names):
        for pair, value in _by_pair(clips, "clip", name).items():
            facts[pair][name] = value
    return ScoreFile(
        document["suite"], document["name"], document["settings"], directions, scores, dict(facts)
    )


def _by_pair(clips: list[Mapping[str, Mapping[str, float]]], part: str, name: str) -> dict[str, float]:
    found: defaultdict[str, list[float]] = defaultdict(list)
    for clip in clips:
        value = clip.get(part, {}).get(name)
        if value is None:
            continue
        if not math.isfinite(value):
            raise ValueError(f"{name} of the pair {clip['pair']} is {value}")
        found[str(clip["pair"])].append(float(value))
    return {pair: fmean(values) for pair, values in found.items()}
