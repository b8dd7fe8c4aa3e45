"""The official layout, read from folders with one thing odd or wrong each."""

import io
import os
from pathlib import Path
from unicodedata import normalize

import pandas as pd
import pytest
from PIL import Image

from benchmark.importers.official import read_official
from benchmark.importers.problems import ImportProblems


def picture(shade: int = 0, form: str = "PNG") -> bytes:
    written = io.BytesIO()
    Image.new("RGB", (24, 18), (shade, 90, 160)).save(written, form)
    return written.getvalue()


TWO_ROWS = "image,prompt\nimages/balloon1.png,the blue balloon dips\nimages/balloon1.png,a bird flies in\n"


def folder_with(tmp_path: Path, table: str | bytes = TWO_ROWS, **images: bytes) -> Path:
    """Make a folder with prompt.csv and images/balloon1.png; `a__b_png` adds a/b.png."""
    for name, content in {"images__balloon1_png": picture(), **images}.items():
        stem, suffix = name.replace("__", "/").rsplit("_", 1)
        path = tmp_path / f"{stem}.{suffix}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    (tmp_path / "prompt.csv").write_bytes(table if isinstance(table, bytes) else table.encode())
    return tmp_path


def problems_of(place: Path) -> list[str]:
    with pytest.raises(ImportProblems) as caught:
        read_official(place)
    return [str(problem) for problem in caught.value.problems]


def test_pairs_come_in_the_order_of_the_table(tmp_path: Path) -> None:
    read = read_official(folder_with(tmp_path))

    assert [pair.id for pair in read.pairs] == [
        "balloon1_the_blue_balloon_dips",
        "balloon1_a_bird_flies_in",
    ]
    assert {pair.scenario for pair in read.pairs} == {"balloon"}
    assert dict(read.images) == {"balloon1": tmp_path / "images" / "balloon1.png"}


@pytest.mark.parametrize(
    "table",
    [
        "prompt,image\na cat runs,images/balloon1.png\n",
        "Caption;File Name\na cat runs;images/balloon1.png\n",
        "text\tpath\r\na cat runs\timages/balloon1.png\r\n",
        "id,what happens,where\n1,a cat runs,images/balloon1.png\n",
        "images/balloon1.png,a cat runs\n",
        "a cat runs,images\\balloon1.png\n",
        "image,prompt\nballoon1.png,a cat runs\n",
        "image,prompt\nballoon1,a cat runs\n",
        "sep=;\nprompt;image\na cat runs;balloon1.png\n",
        "image,prompt\nballoon1.png,  a   cat runs \n\n,\n",
    ],
    ids=[
        *("prompt first", "semicolons and other names", "tabs and CRLF", "names unknown", "no header"),
        *("no header, backslash", "file name alone", "without ending", "spreadsheet mark", "empty rows"),
    ],
)
def test_columns_are_found_whatever_the_table_looks_like(tmp_path: Path, table: str) -> None:
    (pair,) = read_official(folder_with(tmp_path, table)).pairs

    assert (pair.image, pair.prompt) == ("balloon1", "a cat runs")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_encodings_of_spreadsheets_are_read(tmp_path: Path, encoding: str) -> None:
    table = "image,prompt\nballoon1.png,the café’s door opens\n".encode(encoding)

    (pair,) = read_official(folder_with(tmp_path, table)).pairs

    assert pair.prompt == "the café’s door opens"


def test_a_guessed_encoding_is_said_with_the_first_line_to_check(tmp_path: Path) -> None:
    mac = "image,prompt\nballoon1.png,the café opens\n".encode("mac_roman")

    guessed = read_official(folder_with(tmp_path, mac)).remark
    known = read_official(folder_with(tmp_path, "image,prompt\nballoon1.png,the café opens\n")).remark

    assert guessed is not None
    assert "prompt.csv is not UTF-8. It was read as Windows-1252" in guessed
    assert 'line 2, "balloon1.png,the cafŽ opens"' in guessed
    assert known is None


@pytest.mark.parametrize(
    ("prompt", "problem"),
    [
        ("NaN", 'line 3, column prompt: "NaN" is a missing value or a failed formula. Write the prompt.'),
        ("#REF!", 'line 3, column prompt: "#REF!" is a missing value'),
        (' "a cat runs"', "line 3: The cell has white space before its quotation mark."),
    ],
)
def test_a_prompt_that_nobody_wrote_is_refused(tmp_path: Path, prompt: str, problem: str) -> None:
    table = f"image,prompt\nballoon1.png,a dog runs\nballoon1.png,{prompt}\n"

    (found,) = problems_of(folder_with(tmp_path, table))

    assert found.startswith(problem)


def test_two_different_images_of_one_name_in_two_unicode_forms_are_refused(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, f"image,prompt\nimages/{normalize('NFC', 'café1')}.png,it opens\n")
    for shade, form in enumerate(("NFC", "NFD")):
        (folder / "images" / f"{normalize(form, 'café1')}.png").write_bytes(picture(100 * shade))
    if len(list((folder / "images").iterdir())) < 3:
        pytest.skip("this file system has one file for both forms")

    (problem,) = problems_of(folder)

    assert "Two different images have the name café1.png in Unicode NFC" in normalize("NFC", problem)


def test_a_semicolon_table_may_have_commas_in_its_prompts(tmp_path: Path) -> None:
    table = "prompt;image\nthe car, red, moves;balloon1.png\nthe car stops, then turns;balloon1.png\n"

    first, second = read_official(folder_with(tmp_path, table)).pairs

    assert (first.prompt, second.prompt) == ("the car, red, moves", "the car stops, then turns")


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF"])
def test_any_usual_image_type_is_taken(tmp_path: Path, form: str) -> None:
    suffix = "jpg" if form == "JPEG" else form.lower()
    table = f"image,prompt\nnew/deep/kite1.{suffix},the kite rises\n"

    read = read_official(folder_with(tmp_path, table, **{f"new__deep__kite1_{suffix}": picture(form=form)}))

    assert list(read.images) == ["kite1"]


@pytest.mark.parametrize("written", ["NFC", "NFD"])
def test_image_names_match_in_any_unicode_form(tmp_path: Path, written: str) -> None:
    on_disk = {"NFC": "NFD", "NFD": "NFC"}[written]
    folder = folder_with(tmp_path, f"image,prompt\nimages/{normalize(written, 'café1')}.png,a cup moves\n")
    (folder / "images" / f"{normalize(on_disk, 'café1')}.png").write_bytes(picture())

    read = read_official(folder)

    assert [(pair.id, pair.image) for pair in read.pairs] == [("café1_a_cup_moves", "café1")]
    assert list(read.images) == ["café1"]


def test_other_columns_become_scenario_style_hard_case_and_tags(tmp_path: Path) -> None:
    table = (
        "image,prompt,Scenario,style,hard case,Author\nballoon1.png,a cat runs,sky,sketch,new object,Ada\n"
    )

    (pair,) = read_official(folder_with(tmp_path, table)).pairs

    assert (pair.scenario, pair.style, pair.hard_case) == ("sky", "sketch", "new object")
    assert pair.tags == {"author": "Ada"}


def test_title_and_licence_come_from_the_card(tmp_path: Path) -> None:
    folder = folder_with(tmp_path)
    (folder / "README.md").write_text("---\nlicense: mit\npretty_name: 'Balloons'\n---\nWords.\n")

    read = read_official(folder)

    assert (read.title, read.licence, read.source) == ("Balloons", "mit", f"folder {tmp_path.name}")


def test_every_problem_is_listed_at_once_with_its_row(tmp_path: Path) -> None:
    table = (
        "image,prompt\n"
        "balloon1.png,a cat runs\n"  # 2: fine
        "balloon9.png,a cat runs\n"  # 3
        "balloon1.png,\n"  # 4
        "balloon1.png,a cat runs\n"  # 5
        'balloon1.png,"A cat, runs!"\n'  # 6
        "../../secret.png,a cat runs\n"  # 7
        "/etc/passwd.png,a cat runs\n"  # 8
        "C:\\secret.png,a cat runs\n"  # 9
        ",a cat runs\n"  # 10
        "broken.png,a cat runs\n"  # 11
    )
    folder = folder_with(tmp_path, table, images__broken_png=picture()[:40])

    assert problems_of(folder) == [
        "line 3, column image: There is no image balloon9.png in the folder.",
        "line 4, column prompt: The prompt is empty.",
        "line 5: The same pair is on line 2.",
        "line 6: The pair id balloon1_a_cat_runs is the same as on line 2. Change one of the prompts.",
        *(
            f"line {line}, column image: The image's path points outside the folder. "
            "Write it relative to the CSV."
            for line in (7, 8, 9)
        ),
        "line 10, column image: The image's name is empty.",
        "line 11, column image: The image cannot be decoded.",
    ]


def test_control_characters_are_refused(tmp_path: Path) -> None:
    assert problems_of(folder_with(tmp_path, "image,prompt\nballoon1.png,it \x1b[2J rises\n")) == [
        "line 2: The row contains control characters."
    ]


@pytest.mark.parametrize("scenario", ["indoors/kitchen", "a\\b", "..", "/"])
def test_a_scenario_that_can_have_no_page_is_refused(tmp_path: Path, scenario: str) -> None:
    table = f"image,prompt,scenario\nballoon1.png,it rises,{scenario}\n"

    assert problems_of(folder_with(tmp_path, table)) == [
        "line 2: The scenario's name contains a slash or consists of dots. Rename it."
    ]


def test_a_text_where_an_image_should_stand_is_refused(tmp_path: Path) -> None:
    table = f"image,prompt\n{'word' * 2000}.png,it rises\n"

    assert problems_of(folder_with(tmp_path, table)) == [
        "line 2, column image: The image's name is too long."
    ]


def test_two_images_of_one_name_must_be_the_same(tmp_path: Path) -> None:
    table = "image,prompt\na/kite.png,it rises\nb/kite.png,it falls\n"

    assert problems_of(folder_with(tmp_path, table, a__kite_png=picture(1), b__kite_png=picture(2))) == [
        "line 3, column image: Two different images have the name kite. Rename one."
    ]


def test_the_same_image_in_two_places_is_one_image(tmp_path: Path) -> None:
    table = "image,prompt\na/kite.png,it rises\nb/kite.png,it falls\n"

    read = read_official(folder_with(tmp_path, table, a__kite_png=picture(1), b__kite_png=picture(1)))

    assert len(read.pairs) == 2
    assert list(read.images) == ["kite"]


def test_a_bare_name_that_fits_two_different_images_is_refused(tmp_path: Path) -> None:
    table = "image,prompt\nkite.png,it rises\n"

    assert problems_of(folder_with(tmp_path, table, a__kite_png=picture(1), b__kite_png=picture(2))) == [
        "line 2, column image: Several different images have the name kite.png. Write its path as well."
    ]


def test_a_link_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    outside = tmp_path / "secret.png"
    outside.write_bytes(picture())
    inside = tmp_path / "benchmark"
    folder_with(inside, "image,prompt\nlink.png,it rises\n")
    (inside / "link.png").symlink_to(outside)

    assert problems_of(inside) == [
        "line 2, column image: The image is a link that points outside the folder. Copy the file into it."
    ]


@pytest.mark.parametrize("size", [(8193, 16), (15, 400), (8000, 6000)])
def test_an_image_too_large_or_too_small_is_refused(tmp_path: Path, size: tuple[int, int]) -> None:
    odd = io.BytesIO()
    Image.new("1", size).save(odd, "PNG")
    table = "image,prompt\nodd.png,it rises\n"

    assert problems_of(folder_with(tmp_path, table, odd_png=odd.getvalue())) == [
        f"line 2, column image: The image is {size[0]}x{size[1]}: "
        "sides must be 16 to 8192 pixels, with 40 megapixels at most."
    ]


def test_an_image_that_moves_is_refused(tmp_path: Path) -> None:
    moving = io.BytesIO()
    frames = [Image.new("L", (16, 16), shade) for shade in (0, 255)]
    frames[0].save(moving, "GIF", save_all=True, append_images=frames[1:])
    table = "image,prompt\nmoving.gif,it rises\n"

    assert problems_of(folder_with(tmp_path, table, moving_gif=moving.getvalue())) == [
        "line 2, column image: The image is animated. An input image must be a still image."
    ]


def test_a_prompt_too_long_for_a_file_name_is_refused(tmp_path: Path) -> None:
    table = f"image,prompt\nballoon1.png,{'word ' * 60}\n"

    assert problems_of(folder_with(tmp_path, table)) == [
        "line 2: The prompt is too long for the file name of its clip."
    ]


@pytest.mark.parametrize(
    ("table", "sentence"),
    [
        (b"", "The table is empty."),
        ("image,prompt\n", "The table has a header and no rows."),
        (
            "a,b\nx,y\n",
            "No column contains image names. Add one with file names such as images/balloon1.jpg.",
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
            "Two columns both mean 'style'. Rename or remove one.",
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
            ["line 1, column 1: The column has no name. Name it, or delete it if it only numbers the rows."],
        ),
        (
            "image,prompt,Unnamed: 0\nballoon1.png,a cat runs,7\n",
            ["line 1, column 3: The column has no name. Name it, or delete it if it only numbers the rows."],
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
        "The folder contains 2 CSV files (more.csv, prompt.csv). Name the one to import."
    ]
    assert len(read_official(folder / "more.csv").pairs) == 2


def test_the_320_real_pairs_have_the_shape_the_paper_gives() -> None:
    place = os.environ.get("TI2V_TEST_DATA")
    if not place:
        pytest.skip("TI2V_TEST_DATA does not name the official release")

    read = read_official(Path(place))

    # arXiv:2412.16153, section 4: 320 pairs, 88 unique images, 133 unique prompts, 22 scenarios.
    assert len(read.pairs) == 320
    assert len(read.images) == 88
    assert len({pair.prompt for pair in read.pairs}) == 133
    assert len({pair.scenario for pair in read.pairs}) == 22
