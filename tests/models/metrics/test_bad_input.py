"""Input without a score: one clear message, no NaN in a table, and no partial file."""

import json
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result
from safetensors.torch import load_file, save_file

from benchmark.cli.main import main
from benchmark.importers.source import BenchmarkSource
from benchmark.metrics.vectors import MetricInputError
from benchmark.scenes.encoding import encode_mp4
from models.backbones.external import AmtBackbone, MusiqBackbone
from models.backbones.sources import AMT_S, locate
from models.cli.metrics import metrics
from tests.models.metrics.conftest import moving

FORMATS = ("csv", "json", "markdown", "latex")


def run(source: BenchmarkSource, home: Path, folder: Path, *arguments: object) -> Result:
    benchmark = next(iter(source.images.values())).parent.parent
    options = [folder, "--benchmark", benchmark, "--workers", 1, *arguments]
    return CliRunner(env={"TI2V_HOME": str(home)}).invoke(metrics, list(map(str, options)))


@pytest.fixture
def broken_clip_network(toy_clip: Path, tmp_path: Path) -> Path:
    """A CLIP model whose image features are NaN."""
    folder = tmp_path / "broken"
    shutil.copytree(toy_clip, folder)
    state = load_file(folder / "model.safetensors")
    state["visual_projection.weight"][:] = float("nan")
    save_file(state, folder / "model.safetensors", metadata={"format": "pt"})
    return folder


@pytest.mark.parametrize("file_format", FORMATS)
def test_features_with_nan_give_a_sentence_and_no_number(
    clips: Path, source: BenchmarkSource, tmp_path: Path, broken_clip_network: Path, file_format: str
) -> None:
    arguments = ("--suite", "animate-bench", "--weights", broken_clip_network, "--format", file_format)

    result = run(source, tmp_path, clips, *arguments)

    assert result.exit_code == 0, result.output
    assert "the features contain NaN or infinity. Compute in float32, and check the weights." in result.stderr
    numbers = result.stdout if file_format != "json" else json.dumps(json.loads(result.stdout)["means"])
    assert "nan" not in numbers.lower()


@pytest.mark.parametrize("suite", ["motion", "animate-bench", "aigcbench"])
def test_clips_of_one_and_two_frames_are_scored_or_refused_by_name(
    source: BenchmarkSource, tmp_path: Path, toy_clip: Path, suite: str
) -> None:
    folder = tmp_path / "clips"
    folder.mkdir()
    for number, pair in enumerate(source.pairs[:2]):
        frames = moving(0, 2, frames=number + 1)
        (folder / f"{pair.id}.mp4").write_bytes(encode_mp4(frames, fps=8))
    weights = () if suite == "motion" else ("--weights", toy_clip)

    result = run(source, tmp_path, folder, "--suite", suite, "--format", "json", *weights)

    assert result.exit_code == 0, result.output
    one, two = json.loads(result.stdout)["clips"]
    expected = {
        "motion": ("3 frames, not 1. Use a longer clip.", "3 frames, not 2. Use a longer clip."),
        "animate-bench": (None, None),
        "aigcbench": ("2 rows of features are needed, not 1. Use a longer clip.", None),
    }[suite]
    for clip, sentence in zip((one, two), expected, strict=True):
        assert bool(clip["values"]) == (sentence is None)
        assert sentence is None or sentence in clip["refused"]["clip"]


def test_clips_of_different_sizes_share_a_table(source: BenchmarkSource, tmp_path: Path) -> None:
    folder = tmp_path / "clips"
    folder.mkdir()
    for number, pair in enumerate(source.pairs):
        frames = moving(number // 2, 2)[:, : 48 + 4 * number, :40]
        (folder / f"{pair.id}.mp4").write_bytes(encode_mp4(frames, fps=8))

    result = run(source, tmp_path, folder, "--suite", "motion", "--format", "json")

    clips = json.loads(result.stdout)["clips"]
    assert "Mixed sizes: the clips of clips have 4 sizes (40x48, 40x52, 40x56, 40x60)." in result.stderr
    assert [clip["clip"]["height"] for clip in clips] == [48, 52, 56, 60]
    assert all(clip["values"]["mean_flow"] > 0 for clip in clips)


def test_a_table_counts_the_clips_without_a_score(
    clips: Path, source: BenchmarkSource, tmp_path: Path
) -> None:
    (clips / f"{source.pairs[0].id}.mp4").write_bytes(b"damaged")
    too_small = np.zeros((4, 6, 6, 3), dtype=np.uint8)
    (clips / f"{source.pairs[1].id}.mp4").write_bytes(encode_mp4(too_small, fps=8))

    result = run(source, tmp_path, clips, "--suite", "motion")

    assert "4 pairs. clip: 2 of 4 clips without a score." in result.stdout
    assert "The frames of 6x6 are too small: DIS needs at least 8 pixels per side." in result.stderr
    assert "The file cannot be opened as a video. Generate or encode the clip again." in result.stderr


def test_an_unknown_suite_is_refused_with_the_names_of_all(
    clips: Path, source: BenchmarkSource, tmp_path: Path
) -> None:
    result = run(source, tmp_path, clips, "--suite", "fvd")

    assert result.exit_code == 2
    assert "'fvd' is not one of 'animate-bench', 'vbench-i2v', 'aigcbench', 'motion'" in result.output


@pytest.mark.parametrize(
    ("table", "sentence"),
    [
        ("images/kite1.png,it moves\nimages/boat1.png,it moves\n", "There is no image images/boat1.png"),
        ("images/kite1.png,it moves\nimages/kite1.png,It moves!\n", "Change one of the prompts."),
    ],
)
def test_a_benchmark_with_a_missing_image_or_two_prompts_of_one_name_is_refused(
    source: BenchmarkSource,
    clips: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    table: str,
    sentence: str,
) -> None:
    folder, output = tmp_path / "benchmark", tmp_path / "table.md"
    (folder / "images").mkdir(parents=True)
    shutil.copy(source.images["kite1"], folder / "images" / "kite1.png")
    (folder / "prompt.csv").write_text("image,prompt\n" + table)
    monkeypatch.setenv("TI2V_HOME", str(tmp_path))

    arguments = ["metrics", clips, "--benchmark", folder, "--suite", "motion", "--output", output]
    code = main(list(map(str, arguments)))

    assert code == 1
    assert sentence in capsys.readouterr().err
    assert not output.exists()


class NotANumber:
    """A network's process whose arrays are all NaN."""

    def call(self, **arrays: np.ndarray) -> dict[str, np.ndarray]:
        first = next(iter(arrays.values()))
        return {"middle": np.full(first.shape, np.nan), "ratings": np.full(len(first), np.nan)}


def test_an_external_network_that_returns_nan_is_refused() -> None:
    frames = [np.zeros((16, 16, 3), np.uint8)] * 3

    with pytest.raises(MetricInputError, match="returned middle with NaN or infinity for this clip"):
        AmtBackbone(NotANumber()).interpolate(frames)
    with pytest.raises(MetricInputError, match="returned ratings with NaN or infinity for this clip"):
        MusiqBackbone(NotANumber()).rate(frames)


def test_another_checkpoint_of_an_external_network_has_another_identity(tmp_path: Path) -> None:
    folder = tmp_path / "weights" / AMT_S.name
    folder.mkdir(parents=True)
    (folder / "network.json").write_text(json.dumps({"python": sys.executable, "checkpoint": "amt-s.pth"}))
    identities = set()

    for content in (b"one", b"two"):
        (folder / "amt-s.pth").write_bytes(content)
        identities.add(locate(AMT_S, home=tmp_path).identity)

    assert len(identities) == 2
