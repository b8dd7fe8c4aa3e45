"""`ti2v heatmap`: the figure, the arrays, the errors, and the colours of flow."""

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result
from PIL import Image

from benchmark.scenes.synthetic import draw_clip
from models.cli.heatmap import heatmap
from models.motion.flow_colors import colour_wheel, flow_colours
from models.motion.frames import BadClip


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from benchmark.scenes.benchmarks import bundled_pairs

    pair = next(name for name in bundled_pairs() if name.startswith("kites"))
    path = tmp_path_factory.mktemp("clips") / "kites.mp4"
    path.write_bytes(draw_clip("reference", pair, frames=4, size=128))
    return path


def run(*arguments: object) -> Result:
    return CliRunner().invoke(heatmap, [str(each) for each in arguments])


def test_it_writes_a_figure_and_the_array(clip: Path, tmp_path: Path) -> None:
    done = run(clip, "--output", tmp_path / "kites.png", "--columns", 2)

    assert done.exit_code == 0, done.output
    with Image.open(tmp_path / "kites.png") as figure:
        assert min(figure.size) > 400
    with np.load(tmp_path / "kites.npz") as arrays:
        assert arrays["heatmap"].shape == (4, 128, 128)
        assert json.loads(str(arrays["settings"]))["unit"] == "frac_side_per_clip"
        assert str(arrays["flow"]) == "dis-medium"


def test_it_prints_the_share_of_moving_pixels(clip: Path, tmp_path: Path) -> None:
    done = run(clip, "--output", tmp_path / "kites.npy", "--unit", "per_clip_max", "--noise-floor", 0.005)

    share = (np.load(tmp_path / "kites.npy") > 0.5).mean()
    assert done.stdout == f"{share:.4f}\n"
    assert share > 0


def test_the_array_can_be_the_inverse(clip: Path, tmp_path: Path) -> None:
    run(clip, "--output", tmp_path / "plain.npy")
    run(clip, "--output", tmp_path / "inverse.npy", "--inverse")

    assert np.array_equal(np.load(tmp_path / "inverse.npy"), 1 - np.load(tmp_path / "plain.npy"))


def test_an_unknown_file_name_extension_is_refused(clip: Path, tmp_path: Path) -> None:
    done = run(clip, "--output", tmp_path / "kites.gif")

    assert done.exit_code == 2
    assert "the file name must end in one of .npy, .npz, .pdf, .png, .svg, .webp" in done.output


def test_a_missing_output_folder_is_named(clip: Path, tmp_path: Path) -> None:
    done = run(clip, "--output", tmp_path / "nosuch" / "kites.png")

    assert done.exit_code == 2
    assert f"the folder {tmp_path / 'nosuch'} does not exist" in done.output


def test_a_file_that_is_not_a_clip_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.mp4").write_text("no video")

    done = run(tmp_path / "notes.mp4", "--output", tmp_path / "out.png")

    assert isinstance(done.exception, BadClip)
    assert not (tmp_path / "out.png").exists()


@pytest.mark.parametrize(
    ("vector", "colour"),
    # The wheel of Baker et al.: red to the right, yellow to green down, cyan to blue to the left.
    [((0, 0), (255, 255, 255)), ((5, 0), (255, 0, 0))],
)
def test_colours_match_the_published_wheel(vector: tuple[float, float], colour: tuple[int, int, int]) -> None:
    assert flow_colours(np.float32([vector]), 5.0)[0].tolist() == list(colour)


def test_a_shorter_vector_is_paler_and_a_longer_one_darker() -> None:
    short, full, long = flow_colours(np.float32([[2.5, 0], [5, 0], [50, 0]]), 5.0)

    assert short.tolist() == [255, 128, 128]
    assert full.tolist() == [255, 0, 0]
    assert long.tolist() == [191, 0, 0]


def test_down_is_yellowish_and_left_is_bluish() -> None:
    down, left = flow_colours(np.float32([[0, 5], [-5, 0]]), 5.0).astype(int)

    assert min(down[0], down[1]) > down[2] + 100
    assert left[2] > left[0] + 100


def test_the_colour_wheel_is_white_outside_the_circle() -> None:
    wheel = colour_wheel(64)

    assert wheel[0, 0].tolist() == [255, 255, 255]
    assert wheel[32, 60].tolist() != [255, 255, 255]
