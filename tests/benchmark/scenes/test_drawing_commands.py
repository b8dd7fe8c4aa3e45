"""`ti2v benchmark draw`, `redraw` and `contact-sheet`, called on the command line."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from PIL import Image

from benchmark.cli.scenes import contact_sheet, draw, redraw
from benchmark.importers.official import read_official


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("drawn")
    answer = CliRunner().invoke(draw, ["--output", str(folder), "--pairs", "3", "--seed", "8"])
    assert answer.exit_code == 0, answer.output
    return folder


def test_a_drawn_benchmark_can_be_imported(drawn: Path) -> None:
    pairs = read_official(drawn).pairs

    assert len(pairs) == 3
    assert {pair.scenario for pair in pairs} == {"kites", "harbour", "desk"}


def test_the_manifest_says_licence_and_seed(drawn: Path) -> None:
    manifest = json.loads((drawn / "manifest.json").read_text())

    assert manifest["licence"] == "CC0-1.0"
    assert manifest["images"]["images/kites1.webp"]["seed"] == 8_000_000


def test_a_redraw_of_what_was_just_drawn_is_the_same(drawn: Path) -> None:
    answer = CliRunner().invoke(redraw, ["--folder", str(drawn)])

    assert answer.exit_code == 0, answer.output
    assert "kites1\t1" in answer.stdout


def test_a_redraw_names_an_image_that_was_changed(drawn: Path, tmp_path: Path) -> None:
    (tmp_path / "images").mkdir()
    for file in ("prompt.csv", "images/kites1.webp", "images/harbour1.webp", "images/desk1.webp"):
        (tmp_path / file).write_bytes((drawn / file).read_bytes())
    with Image.open(tmp_path / "images/desk1.webp") as image:
        changed = image.convert("RGB")
    changed.putpixel((5, 5), (0, 0, 0))
    changed.save(tmp_path / "images/desk1.webp", lossless=True)

    answer = CliRunner().invoke(redraw, ["--folder", str(tmp_path)])

    assert answer.exit_code == 1
    assert "Images that differ from their files by over 2 of 255: desk1." in answer.output


def test_a_folder_that_holds_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")

    answer = CliRunner().invoke(draw, ["--output", str(tmp_path), "--pairs", "3"])

    assert f"{tmp_path} is not empty." in str(answer.exception)
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


@pytest.mark.parametrize(
    "table", [None, "image,prompt\nkites1.png,it dips\n", "image_path,style\nx,none\n", "\0"]
)
def test_a_redraw_of_another_folder_says_what_is_missing(tmp_path: Path, table: str | None) -> None:
    if table is not None:
        (tmp_path / "prompt.csv").write_text(table)

    answer = CliRunner().invoke(redraw, ["--folder", str(tmp_path)])

    assert f"{tmp_path} is not a benchmark that ti2v benchmark draw wrote" in str(answer.exception)


def test_a_contact_sheet_is_a_png_whatever_its_name_with_a_row_for_every_prompt(tmp_path: Path) -> None:
    answer = CliRunner().invoke(
        contact_sheet, ["--scenario", "pond", "--output", str(tmp_path / "pond.sheet")]
    )

    assert answer.exit_code == 0, answer.output
    with Image.open(tmp_path / "pond.sheet") as sheet:
        assert sheet.height == 6 * 224


def test_a_contact_sheet_of_an_unknown_scenario_says_which_there_are(tmp_path: Path) -> None:
    answer = CliRunner().invoke(contact_sheet, ["--scenario", "zoo", "--output", str(tmp_path / "zoo.png")])

    assert answer.exit_code == 2
    assert "kites, harbour, desk" in answer.output
