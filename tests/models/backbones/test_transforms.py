"""Image transforms and position encodings.

We ran DINO's code and torchvision 0.29 on the same input outside this repository; this file has the numbers.
"""

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from models.backbones.base import BackboneMissing
from models.backbones.dino import DinoBackbone, DinoTransform, position_encodings
from models.backbones.transforms import (
    AS_PILLOW,
    Resampling,
    centre_crop_square,
    shorter_side,
    squash_square,
    within,
)

FLOAT = Resampling(antialias=False, rounded=False)


def noise(height: int, width: int) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8)


def test_pillows_resampling_is_pillows() -> None:
    image = noise(37, 61)

    made = squash_square(image, 16, resampling=AS_PILLOW)

    pillow = np.asarray(Image.fromarray(image).resize((16, 16), Image.Resampling.BICUBIC))
    assert np.array_equal((made * 255).round().permute(1, 2, 0).numpy(), pillow)


def test_float_frames_are_neither_rounded_nor_clipped() -> None:
    image = np.zeros((8, 8, 3), np.uint8)
    image[:, 4:] = 255

    made = squash_square(image, 16, resampling=FLOAT)[0, 8]

    # Cubic convolution with a = -0.75 at a step edge, sampled at quarters of a pixel.
    assert made[4:12].tolist() == pytest.approx(
        [0, -0.0352, -0.1055, 0.2266, 0.7734, 1.1055, 1.0352, 1.0], abs=1e-4
    )


def test_the_shorter_side_is_resized_and_the_longer_one_truncated() -> None:
    assert shorter_side(noise(200, 316), 224).shape == (3, 224, 353)
    assert shorter_side(noise(316, 200), 224).shape == (3, 353, 224)
    assert centre_crop_square(noise(200, 316), 224, resized=256).shape == (3, 224, 224)
    assert within(noise(20, 40), height=5, width=10).shape == (3, 5, 10)


def test_position_encodings_are_sampled_where_the_authors_sample_them() -> None:
    table = torch.tensor([9.0, 0, 1, 2, 3]).reshape(1, 5, 1)

    made = position_encodings(table, 3, 4)

    assert made.flatten().tolist() == pytest.approx(
        [9, -0.2864, 0.0278, 0.5616, 0.9176, 0.8212, 1.1353, 1.6691, 2.0252, 2.0270, 2.3411, 2.8749, 3.2310],
        abs=1e-4,
    )


@pytest.fixture(scope="module")
def toy_dino(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from transformers import ViTConfig, ViTModel

    folder = tmp_path_factory.mktemp("dino")
    torch.manual_seed(0)
    size = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 32}
    network = ViTModel(ViTConfig(**size, image_size=32, patch_size=8), add_pooling_layer=False)
    network.embeddings.position_embeddings.data.normal_()
    network.save_pretrained(folder)
    return folder


def test_dino_uses_these_encodings_for_images_that_are_not_square(
    toy_dino: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes = []

    def recorded(table: torch.Tensor, rows: int, columns: int) -> torch.Tensor:
        sizes.append((rows, columns))
        return position_encodings(table, rows, columns)

    monkeypatch.setattr("models.backbones.dino.position_encodings", recorded)
    backbone = DinoBackbone(toy_dino, identity="toy", transform=DinoTransform.SHORTER_SIDE)

    assert backbone.encode_images([noise(64, 128)]).shape == (1, 16)
    assert backbone.encode_images([noise(64, 64)]).shape == (1, 16)
    assert sizes == [(4, 8)]


@pytest.mark.parametrize("device", ["cuda:7", "gpu"])
def test_a_device_that_torch_does_not_have_is_one_sentence(toy_dino: Path, device: str) -> None:
    with pytest.raises(BackboneMissing, match=f"no device {device} on this machine.*Use --device cpu"):
        DinoBackbone(toy_dino, identity="toy", device=device)


def test_convolutions_are_float32_inside_the_network_alone(toy_dino: Path) -> None:
    backbone = DinoBackbone(toy_dino, identity="toy")
    inside = []
    backbone._network.register_forward_pre_hook(
        lambda *_: inside.append(torch.backends.cudnn.conv.fp32_precision)
    )
    before = torch.backends.cudnn.conv.fp32_precision

    backbone.encode_images([noise(40, 70)])

    assert inside == ["ieee"]
    assert torch.backends.cudnn.conv.fp32_precision == before


def test_the_resampling_is_part_of_the_identity(toy_dino: Path) -> None:
    backbone = DinoBackbone(toy_dino, identity="toy")
    other = backbone.resampled(FLOAT)

    assert backbone.identity != other.identity
    assert not np.array_equal(backbone.encode_images([noise(40, 70)]), other.encode_images([noise(40, 70)]))
