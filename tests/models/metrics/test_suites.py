"""Suites over folders of clips, with real networks at toy size."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from benchmark.exports.metric_files import metric_table_bytes
from benchmark.importers.source import BenchmarkSource
from benchmark.metrics.suites import SUITES
from benchmark.metrics.table import MetricTable
from benchmark.protocol import MetricFormat, SuiteName
from benchmark.scenes.encoding import encode_mp4
from models.backbones.base import CLIP_B16, BackboneMissing, weights_folder
from models.backbones.clip import ClipBackbone
from models.metrics.clip_input import ClipInput
from models.metrics.clips import NoClipsFound, TwoClipsForOneSeed, find_clips
from models.metrics.motion_scores import motion_scores
from models.metrics.options import FORMULAS_VERSION, MetricRun
from models.metrics.run import run_suite
from tests.models.metrics.conftest import moving, picture


def scored(
    suite: SuiteName, folder: Path, source: BenchmarkSource, home: Path, weights: Path | None = None
) -> MetricTable:
    run = MetricRun(home=home, weights=weights, workers=1)
    return run_suite(SUITES[suite], find_clips(folder, source), run)


def test_the_motion_suite_scores_every_clip(clips: Path, source: BenchmarkSource, tmp_path: Path) -> None:
    table = scored(SuiteName.MOTION, clips, source, tmp_path)

    assert [clip.pair for clip in table.clips] == [pair.id for pair in source.pairs]
    assert not table.is_partial
    assert table.summary("mean_flow").mean > 0
    assert table.summary("moving_pixels").mean > 0.5
    assert table.summary("freezes").mean == 0


def test_a_static_clip_does_not_move(clips: Path, source: BenchmarkSource, tmp_path: Path) -> None:
    pair = source.pairs[0].id
    still = np.repeat(picture(0)[None], 6, axis=0)
    (clips / f"{pair}.mp4").write_bytes(encode_mp4(still, fps=8))

    values = scored(SuiteName.MOTION, clips, source, tmp_path).clips[0].values

    assert values["moving_pixels"] == 0
    assert values["freezes"] == 1.0
    assert values["first_frame_mse"] < 10


def test_a_second_run_reads_the_kept_scores(
    clips: Path, source: BenchmarkSource, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = scored(SuiteName.MOTION, clips, source, tmp_path)
    monkeypatch.setattr("models.metrics.run._scoring", lambda *_: pytest.fail("nothing is left to score"))

    assert scored(SuiteName.MOTION, clips, source, tmp_path) == first


def test_a_clip_of_two_frames_keeps_its_row_and_says_why(
    clips: Path, source: BenchmarkSource, tmp_path: Path
) -> None:
    (clips / f"{source.pairs[0].id}.mp4").write_bytes(encode_mp4(moving(0, 2, frames=2), fps=8))

    table = scored(SuiteName.MOTION, clips, source, tmp_path)

    assert table.clips[0].values == {}
    assert "at least 3 frames" in table.clips[0].refused["clip"]
    assert table.summary("mean_flow").pairs == len(source.pairs) - 1
    assert b"nan" not in metric_table_bytes(table, "mine", MetricFormat.JSON).lower()


def test_a_partial_folder_is_marked_in_every_format(
    clips: Path, source: BenchmarkSource, tmp_path: Path
) -> None:
    (clips / f"{source.pairs[0].id}.mp4").unlink()

    table = scored(SuiteName.MOTION, clips, source, tmp_path)

    assert table.is_partial
    assert b"PARTIAL: 3 of 4 pairs" in metric_table_bytes(table, "mine", MetricFormat.MARKDOWN)
    assert b"PARTIAL" in metric_table_bytes(table, "mine", MetricFormat.LATEX)
    assert json.loads(metric_table_bytes(table, "mine", MetricFormat.JSON))["partial"] is True


def test_several_seeds_count_a_pair_once_and_give_a_spread(
    clips: Path, source: BenchmarkSource, tmp_path: Path
) -> None:
    for number, pair in enumerate(source.pairs):
        (clips / f"{pair.id}.mp4").rename(clips / f"{pair.id}_0.mp4")
        (clips / f"{pair.id}_1.mp4").write_bytes(encode_mp4(moving(number // 2, 4), fps=8))

    summary = scored(SuiteName.MOTION, clips, source, tmp_path).summary("mean_flow")

    assert summary.pairs == len(source.pairs)
    assert summary.seed_sd is not None
    assert summary.seed_sd > 0


def test_clip_scores_are_the_same_for_every_batch_size(toy_clip: Path) -> None:
    images = [picture(number) for number in range(5)]
    whole = ClipBackbone(toy_clip, identity="toy", batch_size=5)
    single = ClipBackbone(toy_clip, identity="toy", batch_size=1)

    assert np.allclose(whole.encode_images(images), single.encode_images(images), atol=1e-4)
    texts = ["it moves", "the kite rises to the very top of the picture and further"]
    assert np.allclose(whole.encode_texts(texts), single.encode_texts(texts), atol=1e-4)


@pytest.mark.parametrize("suite", [SuiteName.ANIMATE_BENCH, SuiteName.AIGCBENCH])
def test_the_static_clip_tops_the_image_metrics(
    clips: Path, source: BenchmarkSource, tmp_path: Path, toy_clip: Path, suite: SuiteName
) -> None:
    still = np.repeat(picture(0)[None], 6, axis=0)
    (clips / f"{source.pairs[0].id}.mp4").write_bytes(encode_mp4(still, fps=8))

    table = scored(suite, clips, source, tmp_path, toy_clip)

    static, *others = [clip.values["image_cosine"] for clip in table.clips]
    assert static == pytest.approx(1.0, abs=0.01)
    assert static >= max(others)


def test_markdown_and_latex_print_animate_bench_as_the_papers_table_4_does(
    clips: Path, source: BenchmarkSource, tmp_path: Path, toy_clip: Path
) -> None:
    table = scored(SuiteName.ANIMATE_BENCH, clips, source, tmp_path, toy_clip)

    mean = table.summary("image_cosine").mean
    printed = f" {100 * mean:.2f} "
    assert printed.encode() in metric_table_bytes(table, "mine", MetricFormat.MARKDOWN)
    assert printed.encode() in metric_table_bytes(table, "mine", MetricFormat.LATEX)
    document = json.loads(metric_table_bytes(table, "mine", MetricFormat.JSON))
    assert document["means"]["image_cosine"]["mean"] == mean


def test_features_are_encoded_once_for_two_suites(
    clips: Path, source: BenchmarkSource, tmp_path: Path, toy_clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scored(SuiteName.ANIMATE_BENCH, clips, source, tmp_path, toy_clip)
    encoded = []
    encode = ClipBackbone.encode_images
    monkeypatch.setattr(
        ClipBackbone, "encode_images", lambda self, images: encoded.append(images) or encode(self, images)
    )

    scored(SuiteName.AIGCBENCH, clips, source, tmp_path, toy_clip)

    assert encoded == []


def test_missing_weights_name_size_path_and_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "hub"))

    with pytest.raises(BackboneMissing, match="599 MB") as missing:
        weights_folder(CLIP_B16, home=tmp_path)

    # The hub does not accept a shortened commit.
    assert f"hf download {CLIP_B16.repository} --revision {CLIP_B16.revision} --local-dir" in str(
        missing.value
    )


def test_a_folder_without_clips_of_the_benchmark_is_refused(tmp_path: Path, source: BenchmarkSource) -> None:
    (tmp_path / "holiday.mp4").write_bytes(b"")
    (tmp_path / "notes.txt").write_text("none")

    with pytest.raises(NoClipsFound, match="no clip of this benchmark"):
        find_clips(tmp_path, source)


def test_clips_named_as_vbench_names_them_are_found(tmp_path: Path, source: BenchmarkSource) -> None:
    unique = replace(source, pairs=tuple(pair for pair in source.pairs if pair.image == "kite1"))
    for name in ("it moves-0", "it moves-4", "it-rises-1", "it sinks-0"):
        (tmp_path / f"{name}.mp4").write_bytes(b"")

    found = find_clips(tmp_path, unique)

    assert [(clip.pair, clip.seed) for clip in found.clips] == [("kite1_it_moves", 0), ("kite1_it_moves", 4)]
    assert len(found.ignored) == 2


def test_a_prompt_of_two_pairs_names_no_clip(tmp_path: Path, source: BenchmarkSource) -> None:
    (tmp_path / "it moves-0.mp4").write_bytes(b"")

    with pytest.raises(NoClipsFound, match=r"2 pairs have this prompt; name the file <pair id>_<seed>\.mp4"):
        find_clips(tmp_path, source)


def test_two_files_that_differ_only_in_the_suffix_are_refused(clips: Path, source: BenchmarkSource) -> None:
    (clips / f"{source.pairs[0].id}.mp4").write_bytes(b"")
    (clips / f"{source.pairs[0].id}.MP4").write_bytes(b"")
    if len(list(clips.glob(f"{source.pairs[0].id}.[mM]*"))) < 2:
        pytest.skip("this file system ignores case")

    with pytest.raises(
        TwoClipsForOneSeed, match=r"kite1_it_moves\.MP4 and kite1_it_moves\.mp4 have the same name"
    ):
        find_clips(clips, source)


def test_two_files_of_one_seed_are_refused(clips: Path, source: BenchmarkSource) -> None:
    (clips / f"{source.pairs[0].id}_0.mp4").write_bytes(b"")

    with pytest.raises(TwoClipsForOneSeed, match="are both seed 0 of the pair kite1_it_moves"):
        find_clips(clips, source)


def test_what_is_not_used_is_listed(clips: Path, source: BenchmarkSource) -> None:
    (clips / "holiday.mp4").write_bytes(b"")
    (clips / "clip.webm").write_bytes(b"")
    (clips / "._hidden.mp4").write_bytes(b"")

    assert find_clips(clips, source).ignored == (
        "clip.webm: not an .mp4 file",
        "holiday.mp4: no pair of this benchmark has this name",
    )


def test_a_change_of_the_optical_flow_changes_the_version_of_the_scores(tmp_path: Path) -> None:
    """If this fails, the flow or a formula changed: raise FORMULAS_VERSION, and correct docs/metrics.md."""
    (tmp_path / "clip.mp4").write_bytes(encode_mp4(moving(0, 2), fps=8))
    Image.fromarray(picture(0)).save(tmp_path / "image.png")
    clip = ClipInput("other", "other", "it moves", 0, tmp_path / "clip.mp4", tmp_path / "image.png")

    scores = motion_scores(clip)

    assert FORMULAS_VERSION == 6
    assert scores["mean_flow"] == pytest.approx(18.13, rel=0.02)
    assert scores["moving_pixels"] == pytest.approx(0.728, rel=0.02)
    assert scores["first_frame_mse"] == pytest.approx(9.80, rel=0.02)
