"""Files and folders are there whole or as they were."""

from pathlib import Path

import pytest

from models.training.atomic_io import write_text, written_whole
from models.training.errors import CannotWrite


def write_half(path: Path) -> None:
    with written_whole(path) as unfinished:
        unfinished.write_text("half")
        raise KeyboardInterrupt


def test_a_folder_takes_the_place_of_the_one_before(tmp_path: Path) -> None:
    for name in ("old", "new"):
        with written_whole(tmp_path / "pipeline") as unfinished:
            unfinished.mkdir()
            (unfinished / name).touch()
    assert [path.name for path in (tmp_path / "pipeline").iterdir()] == ["new"]


def test_a_place_to_write_to_has_the_ending_of_the_file(tmp_path: Path) -> None:
    with written_whole(tmp_path / "deep" / "figure.png") as unfinished:
        assert unfinished.suffix == ".png"
        unfinished.touch()
    assert (tmp_path / "deep" / "figure.png").exists()


def test_what_goes_wrong_meanwhile_leaves_what_was_there(tmp_path: Path) -> None:
    write_text(tmp_path / "log.jsonl", "before")
    with pytest.raises(KeyboardInterrupt):
        write_half(tmp_path / "log.jsonl")
    assert (tmp_path / "log.jsonl").read_text() == "before"
    assert [path.name for path in tmp_path.iterdir()] == ["log.jsonl"]


def test_a_place_nobody_can_write_to_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(CannotWrite, match="text could not be written"):
        write_text(tmp_path / "file" / "text", "words")
