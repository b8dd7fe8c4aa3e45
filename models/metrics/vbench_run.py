"""Runs the suite `vbench-i2v`: scores all clips in one dimension, then in the next dimension.

A dimension whose networks are not on this machine is left out of every mean and total, and is not counted as
0.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from benchmark.metrics.camera_motion import requested_camera_motion
from benchmark.metrics.metric import Metric
from benchmark.metrics.suite_totals import suite_totals
from benchmark.metrics.table import ClipScores, MetricTable
from benchmark.metrics.vectors import MetricInputError
from benchmark.video import UnreadableVideo
from models.backbones.base import BackboneMissing
from models.backbones.network_process import NetworkFailed
from models.backbones.sources import locate
from models.generators.base import BadInput
from models.metrics.clip_input import ClipInput
from models.metrics.clips import FoundClips
from models.metrics.score_cache import ScoreCache
from models.metrics.vbench_dimensions import DIMENSIONS, Dimension, Opening, Score
from models.metrics.vbench_settings import VBenchSettings

_SUITE = "vbench-i2v"
_VALUE = "value"


class _Outcome:
    """The scores of all clips. Each dimension adds its scores."""

    def __init__(self, clips: Sequence[ClipInput]) -> None:
        self.values: dict[ClipInput, dict[str, float]] = {clip: {} for clip in clips}
        self.refused: dict[ClipInput, dict[str, str]] = {clip: {} for clip in clips}
        self.not_computed: dict[str, str] = {}
        self.networks: dict[str, str] = {}

    def rows(self) -> tuple[ClipScores, ...]:
        return tuple(
            ClipScores(clip.pair, clip.scenario, clip.seed, values, self.refused[clip])
            for clip, values in self.values.items()
        )


def run_vbench(
    metrics: tuple[Metric, ...],
    totals: tuple[Metric, ...],
    found: FoundClips,
    *,
    home: Path,
    device: str,
    settings: VBenchSettings,
    formulas: int,
    on_clip: Callable[[], None],
) -> MetricTable:
    """Run all dimensions whose networks are on this machine.

    Args:
        metrics: the columns of the dimensions.
        totals: the columns of the three total scores.
        home: TI2V_HOME.
        formulas: version of the formulas, part of every cache key.
        on_clip: called after each clip in each dimension.
    """
    outcome = _Outcome(found.clips)
    for dimension in DIMENSIONS.values():
        done = _Counter(on_clip, len(found.clips))
        try:
            _run_dimension(dimension, outcome, home, device, settings, formulas, done)
        except (BackboneMissing, NetworkFailed) as error:
            outcome.not_computed[dimension.name] = str(error)
            for clip in found.clips:
                outcome.values[clip].pop(dimension.name, None)
        done.finish()
    shown = {**settings.as_text(), **outcome.networks, "formulas": str(formulas)}
    table = MetricTable(
        _SUITE, shown, metrics, outcome.rows(), found.expected_pairs, not_computed=outcome.not_computed
    )
    return replace(table, totals=suite_totals(table, totals))


class _Counter:
    """Reports exactly `count` steps of progress, even if a dimension is left out or fails."""

    def __init__(self, step: Callable[[], None], count: int) -> None:
        self._step = step
        self._left = count

    def __call__(self) -> None:
        self._left -= 1
        self._step()

    def finish(self) -> None:
        while self._left > 0:
            self()


def _run_dimension(
    dimension: Dimension,
    outcome: _Outcome,
    home: Path,
    device: str,
    settings: VBenchSettings,
    formulas: int,
    on_clip: Callable[[], None],
) -> None:
    clips = [clip for clip in outcome.values if not clip.dimensions or dimension.name in clip.dimensions]
    if dimension.name == "camera_motion" and not any(map(_asks_for_camera, clips)):
        raise BackboneMissing("No prompt of these pairs requests a camera motion.")
    located = tuple(locate(source, home=home) for source in dimension.networks)
    if located:
        outcome.networks[dimension.name] = " + ".join(each.identity for each in located)
    chosen = settings.as_text()
    key = (
        f"{_SUITE} {dimension.name} formulas={formulas} "
        + " ".join(f"{name}={chosen[name]}" for name in dimension.setting_names)
        + " ".join(each.identity for each in located)
    )
    cache = ScoreCache(home / "metrics" / "scores", key)
    opening = Opening(located, settings, device, home / "metrics" / "features")
    with ExitStack() as stack:
        score: Score | None = None
        for clip in clips:
            kept = cache.read(clip)
            if kept is None:
                # Networks are loaded for the first clip without a cached score.
                score = score or stack.enter_context(dimension.open(opening))
                values, refused = _attempt(score, clip)
                cache.write(clip, values, refused)
            else:
                values, refused = kept.values, kept.refused
            _add(outcome, clip, dimension.name, values, refused)
            on_clip()


def _attempt(score: Score, clip: ClipInput) -> tuple[Mapping[str, float], Mapping[str, str]]:
    try:
        # A copy of the clip is scored, so that the decoded frames are freed.
        value = score(replace(clip))
    except (MetricInputError, UnreadableVideo, BadInput) as error:
        return {}, {_VALUE: str(error)}
    return ({} if value is None else {_VALUE: value}), {}


def _add(
    outcome: _Outcome, clip: ClipInput, name: str, values: Mapping[str, float], refused: Mapping[str, str]
) -> None:
    if _VALUE in values:
        outcome.values[clip][name] = values[_VALUE]
    if _VALUE in refused:
        outcome.refused[clip][name] = refused[_VALUE]


def _asks_for_camera(clip: ClipInput) -> bool:
    try:
        return requested_camera_motion(clip.prompt) is not None
    except MetricInputError:
        return True
