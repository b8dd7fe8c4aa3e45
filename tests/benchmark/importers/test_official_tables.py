"""The table of a benchmark in the official layout: its formats, and tables that are refused."""

from pathlib import Path

import pandas as pd
import pytest

from benchmark.importers.official import read_official
from tests.benchmark.importers.official_folders import TWO_ROWS, folder_with, problems_of


@pytest.mark.parametrize(
    ("table", "sentence"),
    [
        (b"", "The table is empty."),
        ("image,prompt\n", "The table has a header and no rows."),
        (
            "a,b\nx,y\n",
            "No column contains image names. Add a column with file names such as images/balloon1.jpg.",
        ),
        (
            "first,second,what\na.png,b.png,it runs\n",
            "Columns 'first' and 'second' all contain image names. Rename the right one to 'image'.",
        ),
        (
            "image,one,two\na.png,it runs,it stops\n",
            "Columns 'one' and 'two' may all be the prompt. Rename the right one to 'prompt'.",
        ),
        ("image\nballoon1.png\n", "No column contains prompts. Add a column 'prompt'."),
        (b"\x89PNG\0\0\0\r\n", "line 1: The file is not UTF-8 text. Save it as UTF-8."),
        (
            "image,prompt,x,x\nballoon1.png,it runs,1,2\n",
            "line 1, column x: Two columns have this name. Rename or remove one of them.",
        ),
        (
            "image,prompt,prompt\nballoon1.png,it runs,it stops\n",
            "line 1, column prompt: Two columns have this name. Rename or remove one of them.",
        ),
        (
            "image,prompt,style,image style\nballoon1.png,it runs,a,b\n",
            "Two columns both mean 'style'. Rename or remove one of them.",
        ),
        (
            'image,prompt\nballoon1.png,"it runs\n',
            "line 2: The row cannot be parsed (unexpected end of data). "
            "Check that every quotation mark is closed.",
        ),
    ],
)
def test_a_table_that_cannot_be_read_says_why(tmp_path: Path, table: str | bytes, sentence: str) -> None:
    assert problems_of(folder_with(tmp_path, table)) == [sentence]


@pytest.mark.parametrize("name", ["prompt.tsv", "prompt.jsonl", "prompt.parquet"])
def test_the_table_may_be_tsv_jsonl_or_parquet(tmp_path: Path, name: str) -> None:
    frame = pd.DataFrame([{"image": "balloon1.png", "prompt": "a cat\u2028runs", "author": None}])
    folder = folder_with(tmp_path)
    (folder / "prompt.csv").unlink()
    if name.endswith("tsv"):
        frame.to_csv(folder / name, sep="\t", index=False)
    elif name.endswith("jsonl"):
        frame.to_json(folder / name, orient="records", lines=True, force_ascii=False)
    else:
        frame.to_parquet(folder / name)

    (pair,) = read_official(folder).pairs

    assert (pair.id, pair.tags) == ("balloon1_a_cat_runs", {})


def test_the_hidden_files_of_macos_are_no_tables(tmp_path: Path) -> None:
    folder = folder_with(tmp_path)
    (folder / "._prompt.csv").write_bytes(b"\0\5\x16\7")
    (folder / "__MACOSX").mkdir()
    (folder / "__MACOSX" / "._prompt.csv").write_bytes(b"\0\5\x16\7")

    assert len(read_official(folder).pairs) == 2


@pytest.mark.parametrize(
    ("table", "problem"),
    [
        (
            "image,prompt\n\nballoon1.png,a cat runs\n,\nballoon1.png,a cat stops\n",
            ["line 2: The line is empty. Delete it.", "line 4: The line is empty. Delete it."],
        ),
        (
            "image,prompt,author\nballoon1.png,a cat runs\nballoon1.png,a cat, stops,Ada\n",
            [
                f"line {line}: The row has {cells} cells, but the header has 3. "
                "Put cells that contain the delimiter in quotation marks."
                for line, cells in ((2, 2), (3, 4))
            ],
        ),
        (
            ",image,prompt\n0,balloon1.png,a cat runs\n",
            [
                "line 1, column 1: The column has no name. Name the column, or delete it if it numbers "
                "the rows."
            ],
        ),
        (
            "image,prompt,Unnamed: 0\nballoon1.png,a cat runs,7\n",
            [
                "line 1, column 3: The column has no name. Name the column, or delete it if it numbers "
                "the rows."
            ],
        ),
        (
            'image,prompt\nballoon1.png,"a\ncat\nruns"\nballoon1.png,"a\ncat\nruns"\n',
            ["line 5: The same pair is on line 2."],
        ),
    ],
    ids=["empty lines", "cells", "index", "pandas index", "line breaks in cells"],
)
def test_a_table_that_may_be_misread_is_refused_with_its_lines(
    tmp_path: Path, table: str, problem: list[str]
) -> None:
    assert problems_of(folder_with(tmp_path, table)) == problem


def test_an_unnamed_column_that_is_empty_is_ignored(tmp_path: Path) -> None:
    (pair,) = read_official(folder_with(tmp_path, "image,prompt,\nballoon1.png,a cat runs,\n")).pairs

    assert pair.tags == {}


def test_a_folder_without_a_table_is_refused(tmp_path: Path) -> None:
    assert problems_of(tmp_path) == ["The folder contains no CSV with an image and a prompt per row."]


def test_of_two_tables_the_one_meant_must_be_named(tmp_path: Path) -> None:
    folder = folder_with(tmp_path)
    (folder / "more.csv").write_text(TWO_ROWS)

    assert problems_of(folder) == [
        "The folder contains 2 CSV files (more.csv, prompt.csv). Name the file instead of the folder."
    ]
    assert len(read_official(folder / "more.csv").pairs) == 2


@pytest.mark.parametrize(("cell", "shown"), [("5", "5"), ("true", "True"), ("1.0", "1.0")])
def test_a_prompt_that_is_no_text_is_refused(tmp_path: Path, cell: str, shown: str) -> None:
    folder = folder_with(tmp_path)
    (folder / "prompt.csv").unlink()
    (folder / "prompt.jsonl").write_text(f'{{"image": "balloon1.png", "prompt": {cell}}}\n')

    assert problems_of(folder) == [f"line 1, column prompt: {shown} is not a text."]


@pytest.mark.parametrize(
    ("cell", "shown"),
    [("sky\u200b", "(U+200B, zero width space)"), ("sky\u202e", "(U+202E, right-to-left override)")],
)
def test_a_scenario_with_an_invisible_character_is_refused(tmp_path: Path, cell: str, shown: str) -> None:
    table = f"image,prompt,scenario\nballoon1.png,it runs,sky\nballoon1.png,it stops,{cell}\n"

    (problem,) = problems_of(folder_with(tmp_path, table))

    assert problem.startswith("line 3: ")
    assert shown in problem


def test_a_zero_width_space_separates_the_words_of_a_prompt(tmp_path: Path) -> None:
    table = "image,prompt\nballoon1.png,it\u200bru\u00adns\n"
    (pair,) = read_official(folder_with(tmp_path, table)).pairs

    assert (pair.id, pair.prompt) == ("balloon1_it_runs", "it runs")
    assert problems_of(folder_with(tmp_path, "image,prompt\nballoon1.png,\u200b\n")) == [
        "line 2, column prompt: The prompt is empty."
    ]


def test_column_names_may_have_any_letters(tmp_path: Path) -> None:
    table = "image,prompt,Автор,catégorie\nballoon1.png,it runs,Ada,sky\n"

    (pair,) = read_official(folder_with(tmp_path, table)).pairs

    assert pair.tags == {"автор": "Ada", "catégorie": "sky"}
