"""The suite vbench-i2v: ten dimensions with real networks of toy or full size and random weights."""

import json
import shutil
import sys
from dataclasses import replace
from pathlib import Path

import av
import numpy as np
import pytest
import torch
from click.testing import CliRunner
from PIL import Image

from benchmark.exports.metric_files import metric_table_bytes
from benchmark.importers.official import read_official
from benchmark.importers.source import BenchmarkSource
from benchmark.metrics.suites import SUITES
from benchmark.metrics.table import MetricTable
from benchmark.metrics.vbench_total import vbench_totals
from benchmark.protocol import MetricFormat, SuiteName
from benchmark.scenes.encoding import encode_mp4
from models.backbones.raft_network import Raft
from models.cli.metrics import metrics
from models.metrics.assignments import UnknownSetting
from models.metrics.clips import find_clips
from models.metrics.options import MetricRun
from models.metrics.run import run_suite
from models.metrics.vbench_settings import VBenchSettings

SIDE = 128
TINY_DRIVER = Path(__file__).resolve().parents[1] / "backbones" / "tiny_driver.py"
EXTERNAL = ("dreamsim", "musiq-spaq", "amt-s", "cotracker2")
SUITE = SUITES[SuiteName.VBENCH_I2V]


def picture(number: int) -> np.ndarray:
    rng = np.random.default_rng(number)
    small = Image.fromarray(rng.integers(40, 200, (6, 6, 3), dtype=np.uint8))
    return np.asarray(small.resize((SIDE, SIDE), Image.Resampling.BICUBIC))


def sliding(number: int, step: int, *, frames: int = 9) -> np.ndarray:
    return np.stack([np.roll(picture(number), step * index, axis=1) for index in range(frames)])


@pytest.fixture(scope="module")
def pairs(tmp_path_factory: pytest.TempPathFactory) -> BenchmarkSource:
    """One pair whose prompt requests a camera motion, and one whose prompt does not."""
    folder = tmp_path_factory.mktemp("camera")
    (folder / "images").mkdir()
    for number, name in enumerate(("kite1", "boat1")):
        Image.fromarray(picture(number)).save(folder / "images" / f"{name}.png")
    rows = ["image,prompt", "images/kite1.png,a kite camera pans left", "images/boat1.png,it moves"]
    (folder / "prompt.csv").write_text("\n".join(rows) + "\n")
    return read_official(folder)


@pytest.fixture(scope="module")
def folder(pairs: BenchmarkSource, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A moving clip of the first pair and two static clips of the second pair, with 9 frames at 24 fps."""
    folder = tmp_path_factory.mktemp("clips")
    moving, static = (pair.id for pair in pairs.pairs)
    (folder / f"{moving}.mp4").write_bytes(encode_mp4(sliding(0, 6), fps=24))
    write_lossless(folder / f"{static}_0.mp4", sliding(1, 0))
    (folder / f"{static}_1.mp4").write_bytes(encode_mp4(sliding(1, 0), fps=24))
    return folder


def write_lossless(path: Path, frames: np.ndarray) -> None:
    with av.open(str(path), "w") as file:
        stream = file.add_stream("libx264rgb", 24, options={"qp": "0"})
        stream.width, stream.height, stream.pix_fmt = SIDE, SIDE, "rgb24"
        for frame in frames:
            file.mux(stream.encode(av.VideoFrame.from_ndarray(frame, format="rgb24")))
        file.mux(stream.encode())


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, toy_clip: Path) -> Path:
    """TI2V_HOME with all networks: toys, a RAFT of published size, tiny networks in child processes."""
    from transformers import ViTConfig, ViTModel

    home = tmp_path_factory.mktemp("home")
    weights = home / "weights"
    for name in ("clip-vit-base-patch32", "clip-vit-large-patch14"):
        shutil.copytree(toy_clip, weights / name)
    torch.manual_seed(0)
    size = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 32}
    ViTModel(ViTConfig(**size, image_size=32, patch_size=8), add_pooling_layer=False).save_pretrained(
        weights / "dino-vitb16"
    )
    for name in ("laion-aesthetic", "raft-things", *EXTERNAL):
        (weights / name).mkdir()
    head = {"weight": torch.ones(1, 8), "bias": torch.tensor([5.0])}
    torch.save(head, weights / "laion-aesthetic" / "sa_0_4_vit_l_14_linear.pth")
    torch.save(small_flow(Raft()).state_dict(), weights / "raft-things" / "raft-things.pth")
    for name in EXTERNAL:
        np.save(weights / name / "weights.npy", np.arange(12.0).reshape(3, 4))
        file = {"python": sys.executable, "checkpoint": "weights.npy", "driver": str(TINY_DRIVER)}
        (weights / name / "network.json").write_text(json.dumps(file))
    return home


def small_flow(network: Raft) -> Raft:
    """Make the flow of random weights nearly 0, so that no clip counts as moving."""
    for value in network.update_block.flow_head.parameters():
        value.data.mul_(1e-3)
    return network


def run(
    folder: Path, pairs: BenchmarkSource, home: Path, settings: VBenchSettings | None = None
) -> MetricTable:
    return run_suite(
        SUITE, find_clips(folder, pairs), MetricRun(home=home, vbench=settings or VBenchSettings())
    )


@pytest.fixture(scope="module")
def table(folder: Path, pairs: BenchmarkSource, home: Path) -> MetricTable:
    return run(folder, pairs, home)


def test_all_ten_dimensions_and_three_totals_exist(table: MetricTable) -> None:
    means = {metric.name: table.summary(metric.name).mean for metric in table.metrics}

    assert table.not_computed == {}
    assert [clip.refused for clip in table.clips] == [{}, {}, {}]
    assert len(means) == 10
    expected = vbench_totals({name: mean for name, mean in means.items() if mean is not None})
    assert [total.value for total in table.totals] == [expected.quality, expected.i2v, expected.total]


def test_a_static_clip_is_consistent_and_does_not_move(table: MetricTable) -> None:
    _, lossless, decoded = (clip.values for clip in table.clips)

    for name in ("subject_consistency", "background_consistency", "temporal_flickering"):
        assert lossless[name] == 1.0
        assert decoded[name] == pytest.approx(1, abs=0.001)
    assert (lossless["dynamic_degree"], decoded["dynamic_degree"]) == (0, 0)


def test_the_scores_are_those_of_the_formulas(table: MetricTable) -> None:
    moving, static, _ = (clip.values for clip in table.clips)

    # The tiny tracker moves all points right and down: the camera pans left and tilts up.
    assert moving["camera_motion"] == 1.0
    assert "camera_motion" not in static
    # The tiny rater returns the mean of the pixels, and the head 5 + the sum of a unit vector's entries.
    assert static["imaging_quality"] == pytest.approx(picture(1).mean() / 255 / 100, rel=0.02)
    assert 0.5 - 8**0.5 / 10 <= static["aesthetic_quality"] <= 0.5 + 8**0.5 / 10


def test_every_score_names_its_network(table: MetricTable) -> None:
    assert table.settings["dynamic_degree"].startswith("raft-things@")
    assert table.settings["subject_consistency"] == "dino-vitb16@f205d5d8e640"
    assert table.settings["aesthetic_quality"].count("@") == 2
    assert table.settings["resize"] == "published"


def test_a_second_run_loads_no_network(
    folder: Path, pairs: BenchmarkSource, home: Path, table: MetricTable, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "models.metrics.vbench_run._attempt", lambda *_: pytest.fail("nothing is left to score")
    )

    assert run(folder, pairs, home) == table


def test_order_of_clips_and_number_of_workers_change_no_score(
    folder: Path, pairs: BenchmarkSource, home: Path, table: MetricTable, tmp_path: Path
) -> None:
    ignored = shutil.ignore_patterns(*EXTERNAL)
    shutil.copytree(home / "weights", tmp_path / "weights", ignore=ignored)
    found = find_clips(folder, pairs)

    reverse = run_suite(
        SUITE, replace(found, clips=found.clips[::-1]), MetricRun(home=tmp_path, workers=3)
    ).clips[::-1]

    assert len(reverse[0].values) == 6
    for one, other in zip(reverse, table.clips, strict=True):
        assert one.values == pytest.approx({name: other.values[name] for name in one.values}, abs=1e-4)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="torch has no GPU on this machine")
def test_a_gpu_changes_no_score(
    folder: Path, pairs: BenchmarkSource, home: Path, table: MetricTable, tmp_path: Path
) -> None:
    shutil.copytree(home / "weights", tmp_path / "weights", ignore=shutil.ignore_patterns(*EXTERNAL))

    clips = run_suite(SUITE, find_clips(folder, pairs), MetricRun(home=tmp_path, device="cuda")).clips

    for one, other in zip(clips, table.clips, strict=True):
        assert one.values == pytest.approx({name: other.values[name] for name in one.values}, abs=1e-4)


def test_a_missing_network_leaves_its_dimension_and_totals_out(
    folder: Path, pairs: BenchmarkSource, home: Path, table: MetricTable, tmp_path: Path
) -> None:
    shutil.copytree(home, tmp_path / "home")
    shutil.rmtree(tmp_path / "home" / "weights" / "dreamsim")

    partial = run(folder, pairs, tmp_path / "home")

    assert list(partial.not_computed) == ["i2v_background"]
    assert "dreamsim (over 1 GB, MIT) is not on this machine" in partial.not_computed["i2v_background"]
    quality, i2v, total = partial.totals
    assert quality.value == table.totals[0].value
    assert (i2v.value, total.value) == (None, None)
    assert i2v.missing == "The score needs every dimension; missing: i2v_background."
    document = json.loads(metric_table_bytes(partial, "mine", MetricFormat.JSON))
    assert document["not_computed"] == ["i2v_background"]
    assert document["means"]["i2v_background"]["mean"] is None
    assert document["totals"]["total_score"] is None
    markdown = metric_table_bytes(partial, "mine", MetricFormat.MARKDOWN).decode()
    assert "VBench-style" in markdown
    assert r"Not computed: i2v\_background." in markdown


def test_a_network_that_fails_is_reported_and_not_counted(
    folder: Path, pairs: BenchmarkSource, home: Path, tmp_path: Path
) -> None:
    shutil.copytree(
        home / "weights",
        tmp_path / "home" / "weights",
        ignore=shutil.ignore_patterns("dino*", "clip*", "raft*"),
    )
    (tmp_path / "home" / "weights" / "musiq-spaq" / "weights.npy").write_bytes(b"damaged")

    failed = run(folder, pairs, tmp_path / "home")

    assert "The process of the network musiq-spaq ended" in failed.not_computed["imaging_quality"]
    assert failed.summary("imaging_quality").mean is None
    assert failed.summary("motion_smoothness").pairs == 2


def test_a_clip_of_two_frames_is_refused_where_the_dimension_needs_more(
    pairs: BenchmarkSource, home: Path, tmp_path: Path
) -> None:
    for number, pair in enumerate(pairs.pairs):
        (tmp_path / f"{pair.id}.mp4").write_bytes(encode_mp4(sliding(number, 2, frames=2), fps=24))

    short = run(tmp_path, pairs, home)

    assert "at least 3 sampled frames, not 1" in short.clips[0].refused["dynamic_degree"]
    assert "at least 3 frames, not 2" in short.clips[0].refused["motion_smoothness"]
    assert "temporal_flickering" in short.clips[0].values
    assert "dynamic_degree: 2 of 2 clips without a score." in metric_table_bytes(
        short, "mine", MetricFormat.LATEX
    ).decode().replace(r"\_", "_")


def test_a_pair_is_scored_in_the_dimensions_of_its_tag_alone(
    folder: Path, pairs: BenchmarkSource, home: Path, table: MetricTable
) -> None:
    first, second = pairs.pairs
    tagged = replace(second, tags={"vbench_dimensions": "temporal_flickering i2v_subject"})

    limited = run(folder, replace(pairs, pairs=(first, tagged)), home)

    assert set(limited.clips[1].values) == {"temporal_flickering", "i2v_subject"}
    assert limited.clips[1].refused == {}
    assert limited.clips[0] == table.clips[0]
    assert limited.summary("subject_consistency").pairs == 1


def test_a_setting_changes_the_scores_that_depend_on_it_alone(
    folder: Path, pairs: BenchmarkSource, home: Path, table: MetricTable
) -> None:
    other = run(folder, pairs, home, VBenchSettings.parse(["resize=antialias"]))

    changed = {
        metric.name
        for metric in table.metrics
        if table.clips[0].values.get(metric.name) != other.clips[0].values.get(metric.name)
    }
    assert changed == {"subject_consistency", "background_consistency", "aesthetic_quality"}
    assert other.settings["resize"] == "antialias"


@pytest.mark.parametrize(
    ("assignment", "message"),
    [
        ("antialias=on", "no setting 'antialias'; allowed: resize, image, flow-border"),
        ("resize=bicubic", "resize must be one of published, antialias, plain, not 'bicubic'"),
    ],
)
def test_an_unknown_setting_is_refused(assignment: str, message: str) -> None:
    with pytest.raises(UnknownSetting, match=message):
        VBenchSettings.parse([assignment])


def test_the_command_reports_missing_metrics_and_prints_the_others(
    folder: Path, tmp_path: Path, pairs: BenchmarkSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TI2V_HOME", str(tmp_path / "home"))
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "hub"))
    benchmark = next(iter(pairs.images.values())).parent.parent
    arguments = [str(folder), "--benchmark", str(benchmark), "--suite", "vbench-i2v", "--format", "json"]

    result = CliRunner().invoke(metrics, arguments)

    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["means"]["temporal_flickering"]["pairs"] == 2
    assert "subject_consistency, i2v_subject not computed. The weights facebook/dino-vitb16" in result.stderr
    assert f"No Quality score of {folder.name}. The score needs every dimension; missing:" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--suite", "vbench-i2v", "--weights", "."), "TI2V_HOME/weights/NAME"),
        (("--suite", "motion", "--setting", "resize=plain"), "The suite motion has no settings"),
        (("--suite", "animate-bench", "--setting", "frames=8"), "all, without-first, sampled-16, not '8'"),
        (
            ("--suite", "animate-bench", "--weights", ".", "--setting", "backbone=clip-vit-base-patch32"),
            "--weights names the network already",
        ),
        (("--suite", "vbench-i2v", "--setting", "resize"), "resize must be one of"),
    ],
)
def test_options_that_do_not_fit_the_suite_are_refused(
    folder: Path, pairs: BenchmarkSource, arguments: tuple[str, ...], message: str
) -> None:
    benchmark = next(iter(pairs.images.values())).parent.parent

    result = CliRunner().invoke(metrics, [str(folder), "--benchmark", str(benchmark), *arguments])

    assert result.exit_code == 2
    assert message in result.output
