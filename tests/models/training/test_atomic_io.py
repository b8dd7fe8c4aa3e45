"""Atomic writes of files and folders."""

from pathlib import Path

import pytest

from models.training.atomic_io import atomic_write, atomic_write_text
from models.training.errors import CannotWrite


def write_and_interrupt(path: Path) -> None:
    with atomic_write(path) as temporary:
        temporary.write_text("half")
        raise KeyboardInterrupt


def test_a_folder_replaces_the_previous_one(tmp_path: Path) -> None:
    for name in ("old", "new"):
        with atomic_write(tmp_path / "pipeline") as temporary:
            temporary.mkdir()
            (temporary / name).touch()
    assert [path.name for path in (tmp_path / "pipeline").iterdir()] == ["new"]


def test_the_temporary_path_has_the_file_name_extension(tmp_path: Path) -> None:
    with atomic_write(tmp_path / "deep" / "figure.png") as temporary:
        assert temporary.suffix == ".png"
        temporary.touch()
    assert (tmp_path / "deep" / "figure.png").exists()


def test_an_interrupted_write_leaves_the_file_unchanged(tmp_path: Path) -> None:
    atomic_write_text(tmp_path / "log.jsonl", "before")
    with pytest.raises(KeyboardInterrupt):
        write_and_interrupt(tmp_path / "log.jsonl")
    assert (tmp_path / "log.jsonl").read_text() == "before"
    assert [path.name for path in tmp_path.iterdir()] == ["log.jsonl"]


def test_a_path_that_is_not_writable_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(CannotWrite, match="text could not be written"):
        atomic_write_text(tmp_path / "file" / "text", "words")
