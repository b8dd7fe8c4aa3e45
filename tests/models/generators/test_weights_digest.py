"""The hash of a checkpoint."""

import hashlib
from pathlib import Path

import pytest

from models.generators import weights_digest
from models.generators.settings import generator_settings
from models.generators.weights_digest import checkpoint_sha256, weight_files


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("unet/model.safetensors", "vae/model.safetensors", "config.json"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(name.encode())
    return tmp_path


def test_only_weight_files_are_hashed(folder: Path) -> None:
    before = checkpoint_sha256(weight_files(folder))
    (folder / "config.json").write_text("{}")
    same = checkpoint_sha256(weight_files(folder))
    (folder / "vae/model.safetensors").write_bytes(b"other")

    assert len(before) == 64
    assert same == before
    assert checkpoint_sha256(weight_files(folder)) != before


def test_a_folder_without_weights_has_an_empty_hash(tmp_path: Path) -> None:
    assert checkpoint_sha256(weight_files(tmp_path)) == ""


def test_a_link_to_a_file_named_by_its_sha256_is_not_read(folder: Path) -> None:
    content = (folder / "unet/model.safetensors").read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    before = checkpoint_sha256(weight_files(folder))
    (folder / "blobs").mkdir()
    (folder / "unet/model.safetensors").rename(folder / "blobs" / digest)
    (folder / "unet/model.safetensors").symlink_to(folder / "blobs" / digest)

    assert checkpoint_sha256(weight_files(folder)) == before


def test_a_large_file_is_read_once_until_it_changes(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TI2V_HOME", str(folder / "home"))
    monkeypatch.setattr(weights_digest, "_CACHED_FROM_BYTES", 1)
    generator_settings.cache_clear()
    try:
        first = checkpoint_sha256(weight_files(folder))
        kept = (folder / "home" / "checksums.json").stat().st_mtime_ns
        again = checkpoint_sha256(weight_files(folder))
        (folder / "vae/model.safetensors").write_bytes(b"other weights")

        assert again == first
        assert (folder / "home" / "checksums.json").stat().st_mtime_ns == kept
        assert checkpoint_sha256(weight_files(folder)) != first
    finally:
        generator_settings.cache_clear()
