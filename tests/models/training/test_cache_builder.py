"""The tensor cache: reuse, keys, damaged entries and broken clips."""

from collections.abc import Mapping
from pathlib import Path

import pytest
import torch

from models.motif.encoders import encode_text
from models.motif.toy_text_encoder import random_text_encoder
from models.training.cache import TensorCache, TensorKind
from models.training.cache_builder import build_dataset
from models.training.config import TrainingConfig
from models.training.datasets import clip_sources
from models.training.encoded_clips import Dataset
from models.training.errors import NoClips
from models.training.networks import create_pipeline
from models.training.run import run_training
from tests.models.training.test_datasets import write_captions, write_clip
from tests.models.training.toys import toy_config

ONE_ACTION: Mapping[str, object] = {"images": 1, "held_out_images": 1}


def cached_dataset(config: TrainingConfig, cache: Path) -> Dataset:
    found = clip_sources(config.data)
    return build_dataset(config, create_pipeline(config, found), found, TensorCache(cache))


def files(cache: Path, kind: TensorKind) -> dict[Path, int]:
    """Return the files of a kind with their modification times."""
    return {path: path.stat().st_mtime_ns for path in (cache / kind).rglob("*.safetensors")}


def test_a_second_run_computes_nothing_again(tmp_path: Path) -> None:
    cached_dataset(toy_config(data=ONE_ACTION), tmp_path)
    before = {kind: files(tmp_path, kind) for kind in TensorKind}
    cached_dataset(toy_config(data=ONE_ACTION), tmp_path)
    assert {kind: files(tmp_path, kind) for kind in TensorKind} == before
    assert before[TensorKind.LATENTS]


def test_other_heatmap_settings_reuse_latents_and_texts(tmp_path: Path) -> None:
    cached_dataset(toy_config(data=ONE_ACTION), tmp_path)
    before = {kind: files(tmp_path, kind) for kind in TensorKind}
    cached_dataset(toy_config(data=ONE_ACTION, heatmap={"inverse": True}), tmp_path)
    assert files(tmp_path, TensorKind.LATENTS) == before[TensorKind.LATENTS]
    assert files(tmp_path, TensorKind.TEXT) == before[TensorKind.TEXT]
    assert len(files(tmp_path, TensorKind.HEATMAP)) == 2 * len(before[TensorKind.HEATMAP])


def test_a_different_autoencoder_gives_different_latents(tmp_path: Path) -> None:
    cached_dataset(toy_config(data=ONE_ACTION), tmp_path)
    before = files(tmp_path, TensorKind.LATENTS)
    cached_dataset(toy_config(data=ONE_ACTION, tiny={"whiten": 1.0}), tmp_path)
    assert len(files(tmp_path, TensorKind.LATENTS)) == 2 * len(before)


def test_a_heatmap_has_latent_size_and_sums_to_one_with_its_inverse(tmp_path: Path) -> None:
    plain = cached_dataset(toy_config(data=ONE_ACTION), tmp_path).training[0]
    inverse = cached_dataset(toy_config(data=ONE_ACTION, heatmap={"inverse": True}), tmp_path).training[0]
    assert plain.tensors().heatmap.shape == (1, 4, 8, 8)
    torch.testing.assert_close(plain.tensors().heatmap + inverse.tensors().heatmap, torch.ones(1, 4, 8, 8))
    torch.testing.assert_close(plain.tensors().heatmap, inverse.tensors().region)


def test_text_layers_skipped_by_the_pipeline_are_skipped_in_training(tmp_path: Path) -> None:
    config = toy_config(data=ONE_ACTION)
    found = clip_sources(config.data)
    pipeline = create_pipeline(config, found)
    build_dataset(config, pipeline, found, TensorCache(tmp_path))
    tokenizer = pipeline.tokenizer
    deep = random_text_encoder(tokenizer, seed=0, channels=8, layers=2)
    pipeline.register_modules(text_encoder=deep)
    pipeline.register_to_config(skip_text_layers=1)
    clip = build_dataset(config, pipeline, found, TensorCache(tmp_path)).training[0]
    expected = encode_text(tokenizer, deep, [clip.source.label.caption], skip_layers=1)[0]
    torch.testing.assert_close(clip.tensors().text, expected)


def test_a_damaged_file_is_computed_again(tmp_path: Path) -> None:
    cached_dataset(toy_config(data=ONE_ACTION), tmp_path)
    damaged = next(iter(files(tmp_path, TensorKind.LATENTS)))
    whole = damaged.read_bytes()
    damaged.write_bytes(whole[: len(whole) // 2])
    cached_dataset(toy_config(data=ONE_ACTION), tmp_path)
    assert damaged.read_bytes() == whole


def folder_config(folder: Path) -> TrainingConfig:
    data = {"source": "folder", "folder": str(folder), "held_out_share": 0}
    return toy_config(data=data, heatmap={"flow": "dis-medium"}, optimiser={"steps": 1})


def test_a_broken_clip_is_skipped_logged_and_counted(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    write_clip(tmp_path, "good.mp4")
    (tmp_path / "broken.mp4").write_bytes(b"no video")
    rows = ("file,caption", "good.mp4,one", "broken.mp4,two", "gone.mp4,three")
    write_captions(tmp_path, *rows)
    result = run_training(folder_config(tmp_path), tmp_path / "run", tmp_path / "cache")
    assert (result.clips, sorted(result.broken)) == (1, ["broken.mp4", "gone.mp4"])
    assert "broken.mp4: The file cannot be opened as a video" in caplog.text


def test_a_run_without_a_usable_clip_is_refused(tmp_path: Path) -> None:
    (tmp_path / "broken.mp4").write_bytes(b"no video")
    write_captions(tmp_path, "file,caption", "broken.mp4,two")
    with pytest.raises(NoClips, match="None of the training clips can be decoded"):
        run_training(folder_config(tmp_path), tmp_path / "run", tmp_path / "cache")
