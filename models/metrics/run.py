"""Runs a suite over the clips of a folder. Scores that are not in the cache are computed clip by clip."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from itertools import islice
from multiprocessing import get_context

from benchmark.metrics.suite_totals import suite_totals
from benchmark.metrics.suites import Suite
from benchmark.metrics.table import ClipScores, MetricTable
from benchmark.protocol import SuiteName
from models.metrics.clip_input import ClipInput
from models.metrics.clip_networks import clip_scorer, suite_settings
from models.metrics.clips import FoundClips
from models.metrics.open_networks import OpenNetworks
from models.metrics.options import MetricRun
from models.metrics.prefetch import decoded_ahead
from models.metrics.refusals import REFUSALS, refusal_message
from models.metrics.score_cache import ScoreCache
from models.metrics.vbench_run import run_vbench

Scorer = Callable[[ClipInput], Mapping[str, float]]


def run_suite(
    suite: Suite,
    found: FoundClips,
    run: MetricRun,
    on_clip: Callable[[], None] = lambda: None,
    *,
    networks: OpenNetworks | None = None,
) -> MetricTable:
    """Run a suite and return its table of scores.

    If a clip cannot be scored, its row in the table has no values, and `refused` contains the reason.

    Args:
        on_clip: function that updates a progress bar; it is called `suite.passes` times per clip.
        networks: opens the networks, and can keep the networks open for the next run. By default, the
            networks are closed after the run.

    Raises:
        BackboneMissing: weights of the suite's networks are not on this machine.
    """
    networks = networks or OpenNetworks()
    if suite.name is SuiteName.VBENCH_I2V:
        return run_vbench(suite.metrics, suite.totals, found, run, on_clip, networks)
    settings = suite_settings(suite, run)
    key = f"{suite.name} " + " ".join(f"{name}={value}" for name, value in sorted(settings.items()))
    cache = ScoreCache(run.home / "metrics" / "scores", key)
    rows: dict[ClipInput, ClipScores] = {}
    missing = []
    for clip in found.clips:
        kept = cache.read(clip)
        if kept is None:
            missing.append(clip)
        else:
            rows[clip] = kept
            on_clip()
    if missing:
        with networks.opened(suite.name, key, partial(_scoring, suite, run)) as scored:
            for clip, (values, refused, facts) in zip(missing, scored(missing), strict=True):
                cache.write(clip, values, refused, facts)
                rows[clip] = ClipScores(clip.pair, clip.scenario, clip.seed, values, refused, facts)
                on_clip()
    ordered = tuple(rows[clip] for clip in found.clips)
    return MetricTable(suite.name.value, settings, suite.metrics, ordered, found.expected_pairs)


def run_suite_over(
    suite: Suite, folders: Sequence[FoundClips], run: MetricRun, on_clip: Callable[[], None] = lambda: None
) -> list[MetricTable]:
    """Run a suite over the clips of several folders and return one table per folder.

    Each network is loaded once. A metric that fails in one folder is left out of all tables.

    Args:
        on_clip: see `run_suite`.

    Raises:
        BackboneMissing: the weights that the suite needs are not on this machine.
    """
    clips = tuple(clip for found in folders for clip in found.clips)
    together = run_suite(suite, FoundClips(clips, (), 0), run, on_clip)
    rows = iter(together.clips)
    tables = [
        replace(together, clips=tuple(islice(rows, len(found.clips))), expected_pairs=found.expected_pairs)
        for found in folders
    ]
    return [replace(table, totals=suite_totals(table, suite.totals)) for table in tables]


# Three values per clip: its scores, the reason of a refusal, and the facts of the file.
Scored = tuple[Mapping[str, float], Mapping[str, str], Mapping[str, float]]


@contextmanager
def _scoring(suite: Suite, run: MetricRun) -> Iterator[Callable[[Sequence[ClipInput]], Iterator[Scored]]]:
    """Yield a function that takes clips and returns the clips' scores in the same order."""
    if suite.name is SuiteName.MOTION:
        # Spawn processes instead of forking, because the threads of OpenCV and PyAV in this process do not
        # survive a fork.
        with ProcessPoolExecutor(run.workers, get_context("spawn"), initializer=_one_thread) as pool:
            yield partial(pool.map, _motion, chunksize=1)
        return
    scorer = clip_scorer(suite, run)
    yield lambda clips: map(partial(_attempt, scorer), decoded_ahead(clips, workers=run.workers))


def _one_thread() -> None:
    import cv2

    cv2.setNumThreads(1)


def _motion(clip: ClipInput) -> Scored:
    from models.metrics.motion_scores import motion_scores

    return _attempt(motion_scores, clip)


def _attempt(scorer: Scorer, clip: ClipInput) -> Scored:
    try:
        return scorer(clip), {}, clip.facts()
    except REFUSALS as error:
        return {}, {"clip": refusal_message(error)}, {}
