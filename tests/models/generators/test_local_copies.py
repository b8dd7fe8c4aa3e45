"""Copies of weights on a local disk: created once per machine, complete, and never hashed again."""

import hashlib
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from models.generators.base import CannotRun
from models.generators.local_copies import local_folder
from models.generators.settings import generator_settings
from models.generators.weights_digest import checkpoint_sha256, weight_files

CONTENT = b"tensors" * 1000


@pytest.fixture
def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("TI2V_STAGE", str(tmp_path / "disk"))
    generator_settings.cache_clear()
    yield tmp_path / "disk"
    generator_settings.cache_clear()


@pytest.fixture
def snapshot(tmp_path: Path) -> Path:
    """A snapshot as in the hub's cache: a link to a file that is named after its hash."""
    blob = tmp_path / "hub" / "blobs" / hashlib.sha256(CONTENT).hexdigest()
    folder = tmp_path / "hub" / "snapshots" / ("a" * 40)
    (folder / "unet").mkdir(parents=True)
    blob.parent.mkdir()
    blob.write_bytes(CONTENT)
    (folder / "unet" / "model.safetensors").symlink_to(os.path.relpath(blob, folder / "unet"))
    (folder / "model_index.json").write_text("{}")
    return folder


def test_eight_processes_get_one_complete_copy(stage: Path, snapshot: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        copies = set(pool.map(lambda _: local_folder(snapshot), range(8)))

    [copy] = copies
    assert copy.parent == stage
    assert (copy / "unet" / "model.safetensors").read_bytes() == CONTENT
    assert stage in (copy / "unet" / "model.safetensors").resolve().parents
    assert checkpoint_sha256([copy / "unet" / "model.safetensors"]) == checkpoint_sha256(
        weight_files(snapshot)
    )
    assert not list(stage.glob("*.unfinished"))


def test_a_changed_folder_gets_a_new_copy(stage: Path, snapshot: Path) -> None:
    first = local_folder(snapshot)
    (snapshot / "model_index.json").write_text("{ }")

    assert local_folder(snapshot) != first


def test_an_interrupted_copy_is_repeated(stage: Path, snapshot: Path) -> None:
    copy = local_folder(snapshot)
    copy.rename(copy.with_name(f"{copy.name}.unfinished"))
    (copy.with_name(f"{copy.name}.unfinished") / "model_index.json").unlink()

    assert (local_folder(snapshot) / "model_index.json").is_file()


def test_a_folder_that_cannot_be_written_is_named(stage: Path, snapshot: Path) -> None:
    stage.write_text("a file")

    with pytest.raises(CannotRun, match=r"cannot be copied to .*disk: .* or change TI2V_STAGE"):
        local_folder(snapshot)


def test_without_the_setting_the_folder_itself_is_loaded(snapshot: Path) -> None:
    assert local_folder(snapshot) == snapshot
