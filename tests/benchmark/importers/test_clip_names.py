"""The table that assigns files to pairs."""

from pathlib import Path

import pytest

from benchmark.importers.clip_names import read_names
from benchmark.pairs import ClipName
from benchmark.tables import TableError


def table(folder: Path, text: str) -> Path:
    path = folder / "names.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_pair_and_seed_are_read_by_file_name(tmp_path: Path) -> None:
    path = table(tmp_path, "file,pair,seed\na.gif,car_take,7\nb.gif,cat_sleeps,\n")

    assert read_names(path) == {"a.gif": ClipName("car_take", 7), "b.gif": ClipName("cat_sleeps", None)}


def test_the_seed_may_be_left_out(tmp_path: Path) -> None:
    assert read_names(table(tmp_path, "file,pair\na.gif,car_take\n")) == {"a.gif": ClipName("car_take", None)}


@pytest.mark.parametrize("text", ["file,pair,\na.gif,car_take,\n", ",file,pair\n0,a.gif,car_take\n"])
def test_a_column_without_a_name_is_ignored_as_in_other_tables(tmp_path: Path, text: str) -> None:
    assert read_names(table(tmp_path, text)) == {"a.gif": ClipName("car_take", None)}


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_any_usual_delimiter_is_read(delimiter: str, tmp_path: Path) -> None:
    text = "file,pair,seed\na.gif,car_take,007\n".replace(",", delimiter)

    assert read_names(table(tmp_path, text)) == {"a.gif": ClipName("car_take", 7)}


@pytest.mark.parametrize(
    "text",
    [
        "file,prompt\na.gif,car\n",
        "file,pair,model\na.gif,x,y\n",
        "file,pair,pair\na.gif,x,y\n",
        "file,pair\na.gif,\n",
        "file,pair\na.gif,x,y\n",
        "file,pair\na.gif,x\na.gif,y\n",
        "file,pair,seed\na.gif,x,-1\n",
        "File,pair\na.gif,x\n",
        "file,pair\na b.gif,x\na\u00a0b.gif,y\n",
    ],
)
def test_a_table_that_is_not_understood_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(TableError, match=r"names\.csv"):
        read_names(table(tmp_path, text))
