"""Reading folders in the official layout; each folder has one unusual or wrong property."""

import io
import os
from pathlib import Path
from unicodedata import normalize

import pytest
from PIL import Image

from benchmark.importers.official import read_official
from tests.benchmark.importers.official_folders import folder_with, picture, problems_of


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
def test_columns_are_found_in_every_form_of_the_table(tmp_path: Path, table: str) -> None:
    (pair,) = read_official(folder_with(tmp_path, table)).pairs

    assert (pair.image, pair.prompt) == ("balloon1", "a cat runs")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_encodings_of_spreadsheets_are_read(tmp_path: Path, encoding: str) -> None:
    table = "image,prompt\nballoon1.png,the café’s door opens\n".encode(encoding)

    (pair,) = read_official(folder_with(tmp_path, table)).pairs

    assert pair.prompt == "the café’s door opens"


def test_a_guessed_encoding_is_reported_with_the_first_line_to_check(tmp_path: Path) -> None:
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
def test_a_missing_or_placeholder_prompt_is_refused(tmp_path: Path, prompt: str, problem: str) -> None:
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
def test_every_common_image_type_is_accepted(tmp_path: Path, form: str) -> None:
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
            "Write the path relative to the CSV."
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


def test_a_text_in_place_of_an_image_is_refused(tmp_path: Path) -> None:
    table = f"image,prompt\n{'word' * 2000}.png,it rises\n"

    assert problems_of(folder_with(tmp_path, table)) == [
        "line 2, column image: The image's name is too long."
    ]


def test_two_images_of_one_name_must_be_the_same(tmp_path: Path) -> None:
    table = "image,prompt\na/kite.png,it rises\nb/kite.png,it falls\n"

    assert problems_of(folder_with(tmp_path, table, a__kite_png=picture(1), b__kite_png=picture(2))) == [
        "line 3, column image: Two different images have the name kite. Rename one of them."
    ]


def test_the_same_image_in_two_folders_is_one_image(tmp_path: Path) -> None:
    table = "image,prompt\na/kite.png,it rises\nb/kite.png,it falls\n"

    read = read_official(folder_with(tmp_path, table, a__kite_png=picture(1), b__kite_png=picture(1)))

    assert len(read.pairs) == 2
    assert list(read.images) == ["kite"]


def test_a_bare_name_that_fits_two_different_images_is_refused(tmp_path: Path) -> None:
    table = "image,prompt\nkite.png,it rises\n"

    assert problems_of(folder_with(tmp_path, table, a__kite_png=picture(1), b__kite_png=picture(2))) == [
        "line 2, column image: Several different images have the name kite.png. Write the image's path as "
        "well."
    ]


def test_a_link_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    outside = tmp_path / "secret.png"
    outside.write_bytes(picture())
    inside = tmp_path / "benchmark"
    folder_with(inside, "image,prompt\nlink.png,it rises\n")
    (inside / "link.png").symlink_to(outside)

    assert problems_of(inside) == [
        "line 2, column image: The image is a link that points outside the folder. Copy the image into "
        "the folder."
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
