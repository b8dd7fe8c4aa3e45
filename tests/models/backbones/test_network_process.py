"""Networks in a real child process: a tiny network, errors, the end of the process, network.json."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest

from models.backbones.base import BackboneMissing
from models.backbones.external import AmtBackbone, CoTrackerBackbone, DreamSimBackbone, MusiqBackbone
from models.backbones.network_process import (
    NetworkFailed,
    NetworkFile,
    NetworkProcess,
    read_network_file,
)
from models.backbones.sources import AMT_S, DREAMSIM, LAION_HEAD, RAFT_THINGS, locate

DRIVER = Path(__file__).with_name("tiny_driver.py")


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> NetworkFile:
    folder = tmp_path_factory.mktemp("tiny")
    np.save(folder / "weights.npy", np.arange(12.0).reshape(3, 4))
    return NetworkFile(Path(sys.executable), checkpoint=folder / "weights.npy", driver=DRIVER)


@pytest.fixture(scope="module")
def process(file: NetworkFile):
    with NetworkProcess("tiny", file, driver="unused.py") as running:
        yield running


def images(count: int, height: int = 40, width: int = 56) -> list[np.ndarray]:
    rng = np.random.default_rng(1)
    return list(rng.integers(0, 256, (count, height, width, 3), dtype=np.uint8))


def test_images_are_squashed_and_encoded_by_the_child(process: NetworkProcess) -> None:
    backbone = DreamSimBackbone(process, identity="tiny@1")

    features = backbone.encode_images(images(3))

    assert features.shape == (3, 4)
    assert "tiny@1 squash224" in backbone.identity
    white = np.full((10, 30, 3), 255, np.uint8)
    assert backbone.encode_images([white])[0] == pytest.approx([12, 15, 18, 21])


def test_images_of_more_than_512_pixels_are_reduced_for_rating(process: NetworkProcess) -> None:
    grey = np.full((300, 1024, 3), 51, np.uint8)

    assert MusiqBackbone(process).rate([grey, grey]) == pytest.approx([0.2, 0.2])


def test_frames_are_padded_interpolated_cropped_and_truncated(process: NetworkProcess) -> None:
    frames = [np.full((18, 33, 3), value, np.uint8) for value in (10, 21, 21)]

    made = AmtBackbone(process).interpolate(frames)

    assert made.shape == (2, 18, 33, 3)
    # 15.5 is truncated to 15, as VBench does.
    assert [int(frame.min()) for frame in made] == [15, 21]


def test_points_are_tracked_on_a_grid(process: NetworkProcess) -> None:
    tracks = CoTrackerBackbone(process).tracks(np.stack(images(3)), 10)

    assert tracks.shape == (3, 10, 10, 2)
    assert (tracks[2] == 2).all()


def test_an_error_of_the_network_is_one_sentence_and_the_child_goes_on(process: NetworkProcess) -> None:
    with pytest.raises(NetworkFailed, match="The network tiny reported: ValueError: no such input"):
        process.call(nothing=np.zeros(1))

    assert len(process.call(images=np.zeros((2, 3, 4, 4)))["features"]) == 2


def test_a_result_of_another_shape_is_refused(process: NetworkProcess) -> None:
    class Longer:
        def call(self, **arrays: np.ndarray) -> dict[str, np.ndarray]:
            return process.call(images=np.concatenate([arrays["images"]] * 2))

    with pytest.raises(NetworkFailed, match=r"must return ratings of shape \(1,\), not \(2,\)"):
        MusiqBackbone(Longer()).rate(images(1))  # type: ignore[arg-type]


def test_our_keys_and_paths_do_not_reach_the_child(
    file: NetworkFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TI2V_SECRET_KEY", "secret")
    monkeypatch.setenv("PYTHONPATH", "/nowhere")

    with NetworkProcess("tiny", file, driver="unused.py") as running:
        names = running.call(variables=np.zeros(1))["names"].tolist()

    assert [name for name in names if name.startswith("TI2V_") or name == "PYTHONPATH"] == []


def test_a_child_that_ends_is_reported_with_its_status(
    file: NetworkFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PYTHONUNBUFFERED", raising=False)
    with NetworkProcess("tiny", file, driver="unused.py") as running:
        with pytest.raises(NetworkFailed, match=r"ended with status 7.*a library prints to stdout"):
            running.call(end=np.zeros(1))
        with pytest.raises(NetworkFailed, match="ended with status 7"):
            running.call(images=np.zeros((1, 3, 4, 4)))


def test_a_child_that_hangs_is_ended_after_its_time_limit(
    file: NetworkFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("models.backbones.network_process._END_S", 0.2)

    with (
        NetworkProcess("tiny", file, driver="unused.py", call_s=0.3) as running,
        pytest.raises(NetworkFailed, match="no answer within 0 s"),
    ):
        running.call(sleep=np.zeros(1))  # ten minutes


def test_a_network_that_is_not_installed_names_the_import_error(tmp_path: Path) -> None:
    file = NetworkFile(Path(sys.executable))

    with pytest.raises(NetworkFailed, match=r"No module named '(pyiqa|torch)'"):
        NetworkProcess("musiq-spaq", file, driver="musiq_driver.py")


def test_paths_of_the_file_start_at_its_folder(tmp_path: Path) -> None:
    (tmp_path / "python").touch()
    (tmp_path / "network.json").write_text(json.dumps({"python": "python"}))

    assert read_network_file(tmp_path / "network.json").python == tmp_path / "python"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "not a JSON object"),
        ("[]", "not a JSON object"),
        ('{"python": 3}', "not a JSON object of paths"),
        ('{"checkpoint": "/"}', "has no key python"),
        ('{"python": "/", "weights": "/"}', "unknown key weights"),
        ('{"python": "/no/python"}', "python is /no/python, which does not exist"),
    ],
)
def test_a_wrong_file_says_what_is_wrong(tmp_path: Path, content: str, message: str) -> None:
    (tmp_path / "network.json").write_text(content)

    with pytest.raises(BackboneMissing, match=message):
        read_network_file(tmp_path / "network.json")


@pytest.mark.parametrize(
    ("source", "parts"),
    [
        (RAFT_THINGS, ("21 MB", "BSD-3-Clause", "raft-things/raft-things.pth")),
        (LAION_HEAD, ("4 KB", "MIT", "laion-aesthetic/sa_0_4_vit_l_14_linear.pth")),
        (DREAMSIM, ("over 1 GB", "MIT", "dreamsim/network.json")),
        (AMT_S, ("12 MB", "CC BY-NC 4.0", "amt-s/network.json")),
    ],
)
def test_a_missing_network_names_size_licence_and_path(tmp_path: Path, source, parts) -> None:
    with pytest.raises(BackboneMissing) as missing:
        locate(source, home=tmp_path)

    assert all(part in str(missing.value) for part in parts)
