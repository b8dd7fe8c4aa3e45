"""Runs the suite `vbench-i2v`: scores all clips in one dimension, then in the next dimension.

If the networks of a dimension are not on this machine, every mean and total omits the dimension; the
dimension does not count as 0.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial

from benchmark.metrics.camera_motion import requested_camera_motion
from benchmark.metrics.metric import Metric
from benchmark.metrics.suite_totals import suite_totals
from benchmark.metrics.table import ClipScores, MetricTable
from benchmark.metrics.vectors import MetricInputError
from models.backbones.base import BackboneMissing
from models.backbones.network_process import NetworkFailed
from models.backbones.sources import ExternalNetwork, Located, locate
from models.metrics.assignments import settings_text
from models.metrics.clip_input import ClipInput
from models.metrics.clips import FoundClips
from models.metrics.open_networks import OpenNetworks
from models.metrics.options import FORMULAS_VERSION, MetricRun
from models.metrics.prefetch import decoded_ahead
from models.metrics.refusals import REFUSALS, refusal_message
from models.metrics.score_cache import ScoreCache
from models.metrics.vbench_dimensions import DIMENSIONS, Dimension, Opening, Score

_SUITE = "vbench-i2v"
_VALUE = "value"
NO_CAMERA_MOTION = "No prompt of these pairs requests a camera motion."


class _Outcome:
    """The scores of all clips. Each dimension adds its scores to this object."""

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
    run: MetricRun,
    on_clip: Callable[[], None],
    networks: OpenNetworks,
) -> MetricTable:
    """Run all dimensions whose networks are on this machine.

    Args:
        metrics: the table columns of the dimensions.
        totals: the table columns of the three total scores.
        run: the options of the run.
        on_clip: function that is called after each clip in each dimension.
        networks: opens the networks of each dimension.
    """
    outcome = _Outcome(found.clips)
    for dimension in DIMENSIONS.values():
        done = _Counter(on_clip, len(found.clips))
        try:
            _run_dimension(dimension, outcome, run, done, networks)
        except (BackboneMissing, NetworkFailed) as error:
            outcome.not_computed[dimension.name] = str(error)
            for clip in found.clips:
                outcome.values[clip].pop(dimension.name, None)
        done.finish()
    shown = {
        "frames": "all; of dynamic degree about 8 per second",
        **settings_text(run.vbench),
        **outcome.networks,
        "dtype": run.dtype.value,
        "formulas": str(FORMULAS_VERSION),
    }
    table = MetricTable(
        _SUITE, shown, metrics, outcome.rows(), found.expected_pairs, not_computed=outcome.not_computed
    )
    return replace(table, totals=suite_totals(table, totals))


class _Counter:
    """Reports exactly `count` progress steps, even if a dimension is left out or fails."""

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
    run: MetricRun,
    on_clip: Callable[[], None],
    networks: OpenNetworks,
) -> None:
    clips = [clip for clip in outcome.values if not clip.dimensions or dimension.name in clip.dimensions]
    if dimension.name == "camera_motion" and not any(map(_asks_for_camera, clips)):
        raise BackboneMissing(NO_CAMERA_MOTION)
    located = tuple(locate(source, home=run.home) for source in dimension.networks)
    if located:
        outcome.networks[dimension.name] = " + ".join(each.identity for each in located)
    key = _key(dimension, located, run)
    cache = ScoreCache(run.home / "metrics" / "scores", key)
    missing = []
    for clip in clips:
        kept = cache.read(clip)
        if kept is None:
            missing.append(clip)
            continue
        _add(outcome, clip, dimension.name, kept.values, kept.refused)
        on_clip()
    if not missing:
        return
    opening = Opening(located, run.vbench, run.device, run.dtype, run.home / "metrics" / "features")
    with networks.opened(dimension.name, key, partial(dimension.open, opening)) as score:
        for clip, decoded in zip(missing, decoded_ahead(missing, workers=run.workers), strict=True):
            values, refused = _attempt(score, decoded)
            cache.write(clip, values, refused)
            _add(outcome, clip, dimension.name, values, refused)
            on_clip()


def _key(dimension: Dimension, located: Sequence[Located], run: MetricRun) -> str:
    """Return a text with all settings and weights on which a dimension's scores depend."""
    chosen = settings_text(run.vbench)
    parts = [
        *(_SUITE, dimension.name, f"formulas={FORMULAS_VERSION}"),
        *(f"{name}={chosen[name]}" for name in dimension.setting_names),
        *(each.identity for each in located),
    ]
    if any(not isinstance(source, ExternalNetwork) for source in dimension.networks):
        parts.append(f"dtype={run.dtype}")
    return " ".join(parts)


def _attempt(score: Score, clip: ClipInput) -> tuple[Mapping[str, float], Mapping[str, str]]:
    try:
        value = score(clip)
    except REFUSALS as error:
        return {}, {_VALUE: refusal_message(error)}
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
