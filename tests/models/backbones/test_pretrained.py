"""The classes of transformers with the published networks' shapes and random weights.

Each folder has the layout of the hub. Published weights were never loaded.
"""

from pathlib import Path

import numpy as np
import pytest
import torch

from models.backbones.base import CLIP_B32, CLIP_L14, DINO_B16, BackboneMissing, weights_folder
from models.backbones.clip import ClipBackbone
from models.backbones.dino import DinoBackbone, DinoTransform
from models.backbones.dtype import Dtype
from tests.models.backbones.hub_folders import TRUE_CLIP, as_torch_file, write_dino, write_true_clip

TEXTS = ["a kite rises", "the boat turns around and sails away from the harbour " * 4]


def images(count: int = 3) -> list[np.ndarray]:
    rng = np.random.default_rng(0)
    return [rng.integers(0, 256, (72, 128, 3), dtype=np.uint8) for _ in range(count)]


@pytest.fixture(scope="module")
def dino(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """DINO ViT-B/16 with its published shapes, except for the number of layers."""
    folder = tmp_path_factory.mktemp("dino")
    write_dino(folder, num_hidden_layers=1)
    return folder


def check_clip(folder: Path, name: str) -> None:
    backbone = ClipBackbone(folder, identity=name)

    features = backbone.encode_images(images())
    texts = backbone.encode_texts(TEXTS)

    dimensions = TRUE_CLIP[name]["dim"]
    assert (features.shape, texts.shape) == ((3, dimensions), (2, dimensions))
    assert np.isfinite(features).all()
    assert np.isfinite(texts).all()
    assert "crop224" in backbone.identity


def test_clip_at_its_true_width_runs_from_a_folder_of_the_hub(tmp_path: Path) -> None:
    write_true_clip(tmp_path, "clip-vit-base-patch32", layers=1)

    check_clip(tmp_path, "clip-vit-base-patch32")


@pytest.mark.full_size
@pytest.mark.parametrize("name", TRUE_CLIP)
def test_each_clip_at_its_true_shape_runs_from_a_folder_of_the_hub(tmp_path: Path, name: str) -> None:
    write_true_clip(tmp_path, name)

    check_clip(tmp_path, name)


@pytest.mark.full_size
def test_dino_at_its_true_shape_runs_from_a_folder_of_the_hub(tmp_path: Path) -> None:
    write_dino(tmp_path)

    assert DinoBackbone(tmp_path, identity="random").encode_images(images()).shape == (3, 768)


def test_dino_reads_the_names_of_the_published_file(dino: Path, tmp_path: Path) -> None:
    before = DinoBackbone(dino, identity="random").encode_images(images())

    write_dino(tmp_path, num_hidden_layers=1)
    names = as_torch_file(tmp_path)

    # These names are in pytorch_model.bin of facebook/dino-vitb16.
    assert "encoder.layer.0.attention.attention.query.weight" in names
    assert "pooler.dense.weight" in names
    assert before.shape == (3, 768)
    assert np.array_equal(before, DinoBackbone(tmp_path, identity="random").encode_images(images()))


@pytest.mark.parametrize("weights", [CLIP_B32, CLIP_L14, DINO_B16])
def test_a_snapshot_in_the_cache_of_the_hub_is_found_by_its_revision(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, weights: object
) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    repository = tmp_path / f"models--{weights.repository.replace('/', '--')}"
    (repository / "blobs").mkdir(parents=True)
    (repository / "blobs" / "1a2b").write_text("{}")
    for revision in (weights.revision, "0" * 40):
        snapshot = repository / "snapshots" / revision
        snapshot.mkdir(parents=True)
        (snapshot / "config.json").symlink_to("../../blobs/1a2b")

    found = weights_folder(weights, home=tmp_path / "home")

    assert found == repository / "snapshots" / weights.revision


@pytest.mark.parametrize("commit", [DINO_B16.revision, "0" * 40])
def test_a_download_of_another_commit_is_refused(tmp_path: Path, commit: str) -> None:
    folder = tmp_path / "weights" / DINO_B16.name
    record = folder / ".cache" / "huggingface" / "download" / "config.json.metadata"
    record.parent.mkdir(parents=True)
    record.write_text(f"{commit}\netag\n1764500000.0\n")
    (folder / "config.json").write_text("{}")

    if commit == DINO_B16.revision:
        assert weights_folder(DINO_B16, home=tmp_path) == folder
        return
    with pytest.raises(
        BackboneMissing, match="downloaded from commit 000000000000, but scores need"
    ) as refused:
        weights_folder(DINO_B16, home=tmp_path)
    assert f"--revision {DINO_B16.revision} --local-dir {folder}" in str(refused.value)


def test_weights_that_lack_tensors_are_refused_and_not_replaced_by_random_ones(tmp_path: Path) -> None:
    write_dino(tmp_path, num_hidden_layers=1, hidden_size=16, num_attention_heads=2, intermediate_size=32)
    as_torch_file(tmp_path)
    state = torch.load(tmp_path / "pytorch_model.bin", weights_only=True)
    del state["layernorm.weight"]
    torch.save(state, tmp_path / "pytorch_model.bin")

    with pytest.raises(BackboneMissing, match=r"1 tensors are missing, such as layernorm\.weight"):
        DinoBackbone(tmp_path, identity="random")


def test_a_damaged_file_of_weights_is_one_sentence(dino: Path, tmp_path: Path) -> None:
    (tmp_path / "config.json").write_bytes((dino / "config.json").read_bytes())
    (tmp_path / "model.safetensors").write_bytes(b"damaged")

    with pytest.raises(BackboneMissing, match=r"holds no ViT that can be read.*Download the folder again"):
        DinoBackbone(tmp_path, identity="random")


@pytest.mark.parametrize("dtype", [Dtype.BFLOAT16, Dtype.FLOAT16])
def test_dino_in_half_precision_keeps_the_direction_of_features(dino: Path, dtype: Dtype) -> None:
    exact = DinoBackbone(dino, identity="random", transform=DinoTransform.SHORTER_SIDE)
    half = DinoBackbone(dino, identity="random", transform=DinoTransform.SHORTER_SIDE, dtype=dtype)

    left, right = exact.encode_images(images(1)), half.encode_images(images(1))

    assert right.dtype == np.float32
    assert not np.array_equal(left, right)
    cosine = (left * right).sum() / np.linalg.norm(left) / np.linalg.norm(right)
    assert cosine > 0.999
    assert exact.identity.endswith("float32")
    assert half.identity.endswith(dtype.value)


def test_dino_features_are_the_same_for_every_batch_size(dino: Path) -> None:
    whole = DinoBackbone(dino, identity="random", batch_size=3).encode_images(images())
    single = DinoBackbone(dino, identity="random", batch_size=1).encode_images(images())

    assert np.allclose(whole, single, atol=1e-4)
