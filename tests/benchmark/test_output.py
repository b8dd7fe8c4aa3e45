"""Output files are written completely or not at all, and error messages state the given file name."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmark.cli.output import write_output
from tests.full_disk import room_for


def names_in(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


def test_a_file_is_replaced_at_once(tmp_path: Path) -> None:
    (tmp_path / "table.csv").write_text("before")

    write_output([b"a,", b"b"], str(tmp_path / "table.csv"))

    assert (tmp_path / "table.csv").read_text() == "a,b"
    assert names_in(tmp_path) == ["table.csv"]


def test_a_full_disk_leaves_what_was_there(tmp_path: Path) -> None:
    table = tmp_path / "table.csv"
    table.write_text("before")

    with room_for(1000), pytest.raises(OSError, match="table"):
        write_output([b"a" * 5000], str(table))

    assert table.read_text() == "before"
    assert names_in(tmp_path) == ["table.csv"]


def test_a_break_in_the_middle_leaves_nothing(tmp_path: Path) -> None:
    def chunks() -> Iterator[bytes]:
        yield b"a"
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_output(chunks(), str(tmp_path / "table.csv"))

    assert names_in(tmp_path) == []


@pytest.mark.parametrize("name", ["nowhere/table.csv", "."])
def test_an_unwritable_file_path_is_reported_as_given(tmp_path: Path, name: str) -> None:
    path = str(tmp_path / name)

    with pytest.raises(OSError) as caught:
        write_output([b"a"], path)

    assert caught.value.filename == path
    assert names_in(tmp_path) == []


def test_a_device_is_written_into_and_stays_one() -> None:
    write_output([b"a"], os.devnull)

    assert Path(os.devnull).is_char_device()
