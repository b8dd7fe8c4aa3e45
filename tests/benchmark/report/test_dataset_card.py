"""README.md: the hub can read the dataset card for every title of a study; the card lists the contents."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner
from huggingface_hub import DatasetCard

from benchmark.cli.metric_agreement import metric_agreement
from benchmark.report.contents import ReportContents
from benchmark.report.dataset_card import dataset_card
from benchmark.report.writer import write_report_files
from benchmark.scoring import ScoredVotes
from tests.benchmark.made_votes import votes_of
from tests.benchmark.report.made import contents


def assignment_view(made: ReportContents, folder: Path) -> DatasetCard:
    """Return the dataset card of a report without figures."""
    scored = ScoredVotes(votes_of(pd.DataFrame(vars(row) for row in made.votes())), made.interim)
    return DatasetCard(dataset_card(made, scored, folder))


@pytest.mark.parametrize(
    "title", ['A: "b" # c', "---", "'it' {{ moves }} & <b>", "– λ = 0.5 –", "[1]: | > yes", "x" * 200]
)
def test_a_title_of_any_letters_is_read_back(title: str, tmp_path: Path) -> None:
    assert assignment_view(contents(title=title), tmp_path).data["pretty_name"] == title


def test_its_size_is_that_of_the_votes(tmp_path: Path) -> None:
    assert assignment_view(contents(panels=[(4, 1)] * 300), tmp_path).data["size_categories"] == ["1K<n<10K"]


def test_votes_from_elsewhere_are_marked(tmp_path: Path) -> None:
    assert "**Imported.**" in assignment_view(contents(status="imported"), tmp_path).text


def test_an_interim_bundle_is_marked(tmp_path: Path) -> None:
    assert "**Interim.**" in assignment_view(contents(interim=True), tmp_path).text


def test_what_the_votes_say_stands_in_it(tmp_path: Path) -> None:
    text = assignment_view(contents(), tmp_path).text

    assert (
        "- **motif:cinemo**: Not significant after Holm correction: motif won 50.0 % of 4 decided pairs"
        in text
    )


def test_votes_of_which_none_counts_still_make_a_bundle(tmp_path: Path) -> None:
    text = assignment_view(contents(status="withdrawn"), tmp_path).text

    assert "12 votes (0 of them counted)" in text
    assert "12 withdrawn votes" in text


def score_files(folder: Path) -> tuple[Path, ...]:
    """Write a file of scores for each side."""
    paths = []
    for name, value in (("motif", 2.0), ("cinemo", 1.0)):
        clips = [{"pair": f"pair{number}", "values": {"sharpness": value}} for number in range(4)]
        document = {"suite": "motion", "name": name, "settings": {}, "clips": clips}
        document["means"] = {"sharpness": {"direction": "higher"}}
        paths.append(folder / f"{name}.json")
        paths[-1].write_text(json.dumps(document))
    return tuple(paths)


def test_the_report_of_an_automatic_study_compares_no_metric_with_its_votes(tmp_path: Path) -> None:
    report = tmp_path / "report"
    report.mkdir()

    write_report_files(replace(contents(status="automatic"), scores=score_files(tmp_path)), report)

    assert [path.name for path in (report / "metrics").iterdir()] == ["scores"]
    assert "ti2v metric-agreement" not in (report / "README.md").read_text()
    captions = (report / "figures" / "captions.md").read_text()
    assert "`metric-agreement` was not drawn: No metric is compared with these votes" in captions


@pytest.mark.parametrize("interim", [False, True])
def test_metrics_against_votes_are_computed_again_byte_for_byte(tmp_path: Path, interim: bool) -> None:
    made = replace(contents(interim=interim), scores=score_files(tmp_path))

    report = tmp_path / "report"
    report.mkdir()
    write_report_files(made, report)

    command, figure_command = re.findall("ti2v metric-agreement .*", (report / "README.md").read_text())
    assert ("--interim" in command) == interim
    arguments = command.split(" | ")[0].split()[2:]
    files = sorted(map(str, (report / "metrics" / "scores").iterdir()))
    again = CliRunner().invoke(
        metric_agreement, [str(report / arguments[0]), *files, *arguments[2:], "--output", "-"]
    )
    assert again.exit_code == 0, again.output
    assert again.stdout_bytes == (report / "metrics" / "agreement.json").read_bytes()
    assert {path.suffix for path in (report / "metrics").glob("agreement.*")} == {
        *(".csv", ".json", ".md", ".tex")
    }
    assert ("--interim" in figure_command) == interim
    for path in (report / "figures").glob("metric-agreement.*"):
        drawn = tmp_path / path.name
        options = [*arguments[2:], "--output", str(tmp_path / "table.json"), "--figure", str(drawn)]
        CliRunner().invoke(metric_agreement, [str(report / arguments[0]), *files, *options])
        assert drawn.read_bytes() == path.read_bytes()
    assert "`metric-agreement`: Squares: share of decided" in (report / "figures" / "captions.md").read_text()


def test_a_whole_bundle_keeps_its_cards_promises(tmp_path: Path) -> None:
    write_report_files(contents(), tmp_path)
    card = DatasetCard((tmp_path / "README.md").read_text())
    configurations = card.data["configs"]

    captions = (tmp_path / "figures" / "captions.md").read_text()
    assert len({each["config_name"] for each in configurations}) == len(configurations)
    assert all((tmp_path / each["data_files"]).is_file() for each in configurations)
    assert "`styles` was not drawn: No pair with a known image style" in captions
    assert "for figure in preferences scenarios; do" in card.text
