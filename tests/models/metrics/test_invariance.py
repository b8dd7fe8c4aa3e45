"""Scores do not change with the order of clips, the batches, the workers or cached features.

Scores do change with the dtype. These tests run on a CPU; they do not test whether a GPU changes scores by at
most 1e-4.
"""

from dataclasses import replace
from pathlib import Path

import pytest

from benchmark.importers.source import BenchmarkSource
from benchmark.metrics.suites import SUITES
from benchmark.metrics.table import ClipScores
from benchmark.protocol import SuiteName
from benchmark.scenes.encoding import encode_mp4
from models.backbones.clip import ClipBackbone
from models.backbones.dtype import Dtype
from models.metrics.animate_bench_settings import AnimateBenchSettings
from models.metrics.clip_input import ClipInput
from models.metrics.clips import find_clips
from models.metrics.options import MetricRun
from models.metrics.prefetch import MAX_AHEAD, decoded_ahead
from models.metrics.run import run_suite
from tests.models.backbones.hub_folders import as_torch_file
from tests.models.metrics.conftest import moving

ANIMATE = SUITES[SuiteName.ANIMATE_BENCH]
TOLERANCE = 1e-4


@pytest.fixture(scope="module")
def folder(source: BenchmarkSource, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a clip of every pair; each clip has a different motion."""
    folder = tmp_path_factory.mktemp("clips")
    for number, pair in enumerate(source.pairs):
        (folder / f"{pair.id}.mp4").write_bytes(encode_mp4(moving(number // 2, 1 + number), fps=8))
    return folder


@pytest.fixture(scope="module")
def scores(
    folder: Path, source: BenchmarkSource, toy_clip: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[SuiteName, tuple[ClipScores, ...]]:
    """The reference scores, which every other way to run the suites must reproduce."""
    run = MetricRun(tmp_path_factory.mktemp("home"), weights=toy_clip, workers=1)
    found = find_clips(folder, source)
    return {name: run_suite(SUITES[name], found, run).clips for name in (SuiteName.MOTION, ANIMATE.name)}


def assert_same(first: tuple[ClipScores, ...], second: tuple[ClipScores, ...]) -> None:
    assert [clip.pair for clip in first] == [clip.pair for clip in second]
    for one, other in zip(first, second, strict=True):
        assert one.values == pytest.approx(other.values, abs=TOLERANCE)


@pytest.mark.parametrize("suite", [SuiteName.MOTION, SuiteName.ANIMATE_BENCH])
def test_order_of_clips_and_number_of_workers_change_no_score(
    suite: SuiteName,
    folder: Path,
    source: BenchmarkSource,
    toy_clip: Path,
    tmp_path: Path,
    scores: dict[SuiteName, tuple[ClipScores, ...]],
) -> None:
    found = find_clips(folder, source)
    reverse = replace(found, clips=found.clips[::-1])

    table = run_suite(SUITES[suite], reverse, MetricRun(tmp_path, weights=toy_clip, workers=3))

    assert_same(table.clips[::-1], scores[suite])


def test_the_batch_size_changes_no_score(
    folder: Path,
    source: BenchmarkSource,
    toy_clip: Path,
    tmp_path: Path,
    scores: dict[SuiteName, tuple[ClipScores, ...]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    build = ClipBackbone.__init__
    monkeypatch.setattr(
        ClipBackbone, "__init__", lambda self, *args, **named: build(self, *args, **named, batch_size=2)
    )

    table = run_suite(ANIMATE, find_clips(folder, source), MetricRun(tmp_path, weights=toy_clip))

    assert_same(table.clips, scores[ANIMATE.name])


def test_cached_features_change_no_score(
    folder: Path,
    source: BenchmarkSource,
    toy_clip: Path,
    tmp_path: Path,
    scores: dict[SuiteName, tuple[ClipScores, ...]],
) -> None:
    run = MetricRun(tmp_path, weights=toy_clip)
    found = find_clips(folder, source)
    run_suite(SUITES[SuiteName.AIGCBENCH], found, run)

    assert_same(run_suite(ANIMATE, found, run).clips, scores[ANIMATE.name])


def test_half_precision_has_its_own_settings_and_scores(
    folder: Path,
    source: BenchmarkSource,
    toy_clip: Path,
    tmp_path: Path,
    scores: dict[SuiteName, tuple[ClipScores, ...]],
) -> None:
    found = find_clips(folder, source)
    exact = run_suite(ANIMATE, found, MetricRun(tmp_path, weights=toy_clip))

    half = run_suite(ANIMATE, found, MetricRun(tmp_path, weights=toy_clip, dtype=Dtype.BFLOAT16))

    assert (exact.settings["dtype"], half.settings["dtype"]) == ("float32", "bfloat16")
    for one, other in zip(half.clips, scores[ANIMATE.name], strict=True):
        assert one.values != other.values
        assert one.values == pytest.approx(other.values, abs=0.02)


def test_other_weights_in_a_named_folder_are_not_scored_from_the_cache(
    folder: Path, source: BenchmarkSource, toy_clip: Path, tmp_path: Path
) -> None:
    weights = tmp_path / "weights"
    weights.mkdir()
    for path in toy_clip.iterdir():
        (weights / path.name).write_bytes(path.read_bytes())
    run = MetricRun(tmp_path / "home", weights=weights)
    found = find_clips(folder, source)
    first = run_suite(ANIMATE, found, run)

    as_torch_file(weights)
    second = run_suite(ANIMATE, found, run)

    assert first.settings["backbone"].startswith("weights@")
    assert first.settings["backbone"] != second.settings["backbone"]


def test_settings_of_animate_bench_choose_frames_and_prompt_and_are_recorded(
    folder: Path, source: BenchmarkSource, toy_clip: Path, tmp_path: Path
) -> None:
    found = find_clips(folder, source)
    chosen = AnimateBenchSettings.parse(["frames=without-first", "prompt-prefix=the kite "])

    default = run_suite(ANIMATE, found, MetricRun(tmp_path, weights=toy_clip))
    changed = run_suite(ANIMATE, found, MetricRun(tmp_path, weights=toy_clip, animate_bench=chosen))

    assert (changed.settings["frames"], changed.settings["prompt prefix"]) == ("without-first", "the kite ")
    # The first frame equals the input image, so the others are less similar.
    assert changed.clips[0].values["image_cosine"] < default.clips[0].values["image_cosine"]
    assert changed.clips[0].values["text_cosine"] != default.clips[0].values["text_cosine"]


def test_a_clip_that_cannot_be_decoded_keeps_its_position_in_the_queue(
    folder: Path, source: BenchmarkSource, toy_clip: Path, tmp_path: Path
) -> None:
    broken = tmp_path / "clips"
    broken.mkdir()
    for number, path in enumerate(sorted(folder.iterdir())):
        (broken / path.name).write_bytes(b"damaged" if number == 1 else path.read_bytes())

    table = run_suite(ANIMATE, find_clips(broken, source), MetricRun(tmp_path, weights=toy_clip, workers=2))

    refused = [clip for clip in table.clips if clip.refused]
    assert [clip.pair for clip in refused] == [sorted(folder.iterdir())[1].stem]
    assert refused[0].values == {}


def test_few_decoded_clips_wait_in_memory(
    folder: Path, source: BenchmarkSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    decoded = []
    decode = ClipInput.decoded
    monkeypatch.setattr(ClipInput, "decoded", lambda clip: decoded.append(clip) or decode(clip))
    clips = find_clips(folder, source).clips * 5

    first = next(decoded_ahead(clips, workers=64))

    assert "video" in vars(first)
    assert len(decoded) <= MAX_AHEAD + 1 < len(clips)
