"""Tests of `ti2v figure`, and of the options `--interim` and `--table all` of `ti2v score`."""

import json
from pathlib import Path

import pytest

from benchmark.cli.figure import FIGURES, FORMATS
from benchmark.cli.main import main
from benchmark.exports.figures.kinds import FigureFormat, FigureName
from tests.benchmark.made_votes import panel, table


@pytest.fixture
def votes(tmp_path: Path) -> Path:
    rows = [
        row
        for index in range(4)
        for row in panel(for_reference=2, for_other=1, pair=f"pair{index}", scenario=f"scene{index % 2}")
    ]
    table(rows).to_csv(tmp_path / "votes.csv", index=False)
    return tmp_path / "votes.csv"


def run(*arguments: str | Path) -> int:
    return main([str(argument) for argument in arguments])


def test_the_choices_are_the_figures_there_are() -> None:
    assert set(FIGURES) == set(FigureName)
    assert set(FORMATS) == set(FigureFormat)


def test_a_figure_is_drawn_under_the_names_that_were_given(votes: Path, tmp_path: Path) -> None:
    (tmp_path / "names.json").write_text('{"motif": "MotiF", "cinemo": "Cinemo"}')

    code = run("figure", votes, "--names", tmp_path / "names.json", "--output", tmp_path / "figure.svg")

    assert code == 0
    assert ">MotiF better<" in (tmp_path / "figure.svg").read_text()


def test_the_caption_goes_to_stderr(votes: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run("figure", votes, "--format", "csv")

    printed = capsys.readouterr()
    assert printed.out.startswith("row,matchup,")
    assert "Whiskers: 95 % Wilson interval" in printed.err


@pytest.mark.parametrize(
    "names",
    [
        *("[1, 2]", '{"motif": 3}', "{", '{"motif": NaN}', '{"motif": " "}', '{"motif": "a\\u0000b"}'),
        '{"motif": "MotiF", "motif": "Cinemo"}',
        '{"motif": "MotiF", "cinemo": "MotiF"}',
    ],
)
def test_names_that_are_none_are_refused(
    votes: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], names: str
) -> None:
    (tmp_path / "names.json").write_text(names)

    assert run("figure", votes, "--names", tmp_path / "names.json") == 1
    assert "names.json" in capsys.readouterr().err


def test_an_unknown_figure_is_wrong_usage(votes: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("figure", votes, "--figure", "pie") == 2
    assert "'pie' is not one of" in capsys.readouterr().err


def test_a_file_whose_name_says_another_format_is_wrong_usage(
    votes: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("figure", votes, "--output", tmp_path / "figure.png") == 2
    assert "figure.png ends in .png, but the format is svg. Add --format png" in capsys.readouterr().err
    assert not (tmp_path / "figure.png").exists()


def test_votes_that_do_not_allow_a_figure_are_refused_with_a_reason(
    votes: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("figure", votes, "--figure", "styles", "--output", tmp_path / "figure.svg") == 1
    assert "No pair with a known image style is decided" in capsys.readouterr().err
    assert not (tmp_path / "figure.svg").exists()


def test_an_interim_score_has_no_test_and_is_marked(votes: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run("score", votes, "--interim", "--format", "json")

    printed = capsys.readouterr()
    assert {row["p_value"] for row in json.loads(printed.out)} == {None}
    assert "Interim: the study is not closed" in printed.err


def test_all_tables_are_one_json_document(votes: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run("score", votes, "--table", "all", "--format", "json")

    document = json.loads(capsys.readouterr().out)
    assert document["votes"] == 12
    assert document["tables"]["preferences"]["rows"][0]["ti2v_score_reference"] == 100.0
    assert document["tables"]["comparisons"]["note"].startswith("Valid votes, reference first")


def test_all_tables_in_another_form_are_wrong_usage(votes: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("score", votes, "--table", "all", "--format", "csv") == 2
    assert "--format json" in capsys.readouterr().err
