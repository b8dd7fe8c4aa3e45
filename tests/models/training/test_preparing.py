"""The cache is used again, keyed by what matters, and broken clips are counted."""

from collections.abc import Mapping
from pathlib import Path

import pytest
import torch

from models.motif.encoders import encode_text
from models.motif.toy_text_encoder import random_text_encoder
from models.training.cache import Kind, TensorCache
from models.training.cache_builder import Dataset, prepare
from models.training.config import TrainingConfig
from models.training.datasets import sources
from models.training.errors import NoClips
from models.training.networks import open_pipeline
from models.training.run import run_training
from tests.models.training.test_sources import write_captions, write_clip
from tests.models.training.toys import toy_config

ONE_ACTION: Mapping[str, object] = {"images": 1, "held_out_images": 1}


def prepared(config: TrainingConfig, cache: Path) -> Dataset:
    found = sources(config.data)
    return prepare(config, open_pipeline(config, found), found, TensorCache(cache))


def files(cache: Path, kind: Kind) -> dict[Path, int]:
    """Return a kind's files and when each was written."""
    return {path: path.stat().st_mtime_ns for path in (cache / kind).rglob("*.safetensors")}


def test_a_second_run_makes_nothing_again(tmp_path: Path) -> None:
    prepared(toy_config(data=ONE_ACTION), tmp_path)
    before = {kind: files(tmp_path, kind) for kind in Kind}
    prepared(toy_config(data=ONE_ACTION), tmp_path)
    assert {kind: files(tmp_path, kind) for kind in Kind} == before
    assert before[Kind.LATENTS]


def test_another_heatmap_leaves_latents_and_texts_as_they_are(tmp_path: Path) -> None:
    prepared(toy_config(data=ONE_ACTION), tmp_path)
    before = {kind: files(tmp_path, kind) for kind in Kind}
    prepared(toy_config(data=ONE_ACTION, heatmap={"inverse": True}), tmp_path)
    assert files(tmp_path, Kind.LATENTS) == before[Kind.LATENTS]
    assert files(tmp_path, Kind.TEXT) == before[Kind.TEXT]
    assert len(files(tmp_path, Kind.HEATMAP)) == 2 * len(before[Kind.HEATMAP])


def test_another_autoencoder_makes_other_latents(tmp_path: Path) -> None:
    prepared(toy_config(data=ONE_ACTION), tmp_path)
    before = files(tmp_path, Kind.LATENTS)
    prepared(toy_config(data=ONE_ACTION, tiny={"whiten": 1.0}), tmp_path)
    assert len(files(tmp_path, Kind.LATENTS)) == 2 * len(before)


def test_the_heatmap_is_at_latent_size_and_its_inverse_adds_up_to_one(tmp_path: Path) -> None:
    plain = prepared(toy_config(data=ONE_ACTION), tmp_path).training[0]
    inverse = prepared(toy_config(data=ONE_ACTION, heatmap={"inverse": True}), tmp_path).training[0]
    assert plain.heatmap().shape == (1, 4, 8, 8)
    torch.testing.assert_close(plain.heatmap() + inverse.heatmap(), torch.ones(1, 4, 8, 8))
    torch.testing.assert_close(plain.heatmap(), inverse.region())


def test_layers_a_pipeline_leaves_out_are_left_out_in_training(tmp_path: Path) -> None:
    config = toy_config(data=ONE_ACTION)
    found = sources(config.data)
    pipeline = open_pipeline(config, found)
    prepare(config, pipeline, found, TensorCache(tmp_path))
    tokenizer = pipeline.tokenizer
    deep = random_text_encoder(tokenizer, seed=0, channels=8, layers=2)
    pipeline.register_modules(text_encoder=deep)
    pipeline.register_to_config(skip_text_layers=1)
    clip = prepare(config, pipeline, found, TensorCache(tmp_path)).training[0]
    expected = encode_text(tokenizer, deep, [clip.source.caption], skip_layers=1)[0]
    torch.testing.assert_close(clip.text(), expected)


def test_a_damaged_file_is_made_again(tmp_path: Path) -> None:
    prepared(toy_config(data=ONE_ACTION), tmp_path)
    damaged = next(iter(files(tmp_path, Kind.LATENTS)))
    whole = damaged.read_bytes()
    damaged.write_bytes(whole[: len(whole) // 2])
    prepared(toy_config(data=ONE_ACTION), tmp_path)
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
    outcome = run_training(folder_config(tmp_path), tmp_path / "run", tmp_path / "cache")
    assert (outcome.clips, sorted(outcome.broken)) == (1, ["broken.mp4", "gone.mp4"])
    assert "broken.mp4: it cannot be decoded" in caplog.text


def test_a_run_without_one_good_clip_is_refused(tmp_path: Path) -> None:
    (tmp_path / "broken.mp4").write_bytes(b"no video")
    write_captions(tmp_path, "file,caption", "broken.mp4,two")
    with pytest.raises(NoClips, match="None of the clips can be read"):
        run_training(folder_config(tmp_path), tmp_path / "run", tmp_path / "cache")
