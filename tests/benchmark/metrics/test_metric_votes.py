"""Comparison of metrics with votes: tables computed by hand, the command, and unsuitable files."""

import csv
import io
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from benchmark.cli.metric_agreement import metric_agreement
from benchmark.metrics.score_file import read_score_files
from benchmark.metrics.vectors import MetricInputError
from benchmark.stats.tallies import Tallies
from benchmark.votes.covariates import covariate_table
from benchmark.votes.metric_agreement import metric_agreement_rows, scores_by_metric
from benchmark.votes.read import load_votes
from tests.benchmark.made_votes import vote

DIRECTIONS = {"sharpness": "higher", "error": "lower", "mean_flow": "none"}
PAIRS = ("golf1_putt", "golf2_putt", "dog1_run", "dog2_run", "dog3_run")


def score_file(
    folder: Path, name: str, values: dict[str, list[float]], *, suite: str = "motion", seconds: float = 2.0
) -> Path:
    """Write a file like `ti2v metrics --format json`, with one score per metric and pair."""
    clips = [
        {
            "pair": pair,
            "scenario": pair[:3],
            "seed": 0,
            "values": {metric: of[number] for metric, of in values.items() if number < len(of)},
            "refused": {},
            "clip": {"width": 320, "height": 320, "frames": 16, "seconds": seconds, "bytes": 1000 + number},
        }
        for number, pair in enumerate(PAIRS)
    ]
    means = {metric: {"mean": 0, "direction": DIRECTIONS[metric]} for metric in values}
    document = {"suite": suite, "name": name, "settings": {"v": "1"}, "means": means, "clips": clips}
    path = folder / f"{suite}-{name}.json"
    path.write_text(json.dumps(document))
    return path


@pytest.fixture
def votes_file(tmp_path: Path) -> Path:
    """Write votes: MotiF wins the pairs 1 to 3 against Cinemo, Cinemo wins pair 4, pair 5 is undecided."""
    chosen = ["motif", "motif", "motif", "cinemo"]
    rows = [
        vote(pair=pair, image=pair.split("_")[0], scenario=pair[:3], annotator=f"a{person}", chosen=winner)
        for pair, winner in zip(PAIRS, chosen, strict=False)
        for person in range(3)
    ]
    rows += [
        vote(pair=PAIRS[4], image="dog3", scenario="dog", annotator=f"a{person}", chosen=side)
        for person, side in enumerate(("motif", "cinemo"))
    ]
    path = tmp_path / "votes.csv"
    pd.DataFrame(rows).to_csv(path, index=False)
    return path


def rows_of(votes_file: Path, *paths: Path, by_scenario: bool = False):
    votes, _ = load_votes(votes_file)
    tallies = Tallies.from_votes(votes)
    files = [file for path in paths for file in read_score_files(path)]
    return list(metric_agreement_rows(tallies, votes.matchups, files, by_scenario=by_scenario))


def test_agreement_follows_the_direction_of_each_metric(votes_file: Path, tmp_path: Path) -> None:
    motif = score_file(tmp_path, "motif", {"sharpness": [3, 1, 2, 1, 9], "error": [3, 1, 2, 1, 9]})
    cinemo = score_file(tmp_path, "cinemo", {"sharpness": [2, 2, 2, 2, 2], "error": [2, 2, 2, 2, 2]})

    sharpness, error = rows_of(votes_file, motif, cinemo)

    # People: M M M C. Sharpness: M C tie C -> 2.5 of 4. Error, lower is better: C M tie M -> 1.5 of 4.
    assert (sharpness.comparisons, sharpness.ties, sharpness.accuracy) == (4, 1, 62.5)
    assert (error.comparisons, error.ties, error.accuracy) == (4, 1, 37.5)
    assert (sharpness.models, sharpness.spearman, sharpness.ci_low) == (2, None, None)


def test_scenarios_get_rows_of_their_own(votes_file: Path, tmp_path: Path) -> None:
    motif = score_file(tmp_path, "motif", {"sharpness": [3, 1, 3, 1, 9]})
    cinemo = score_file(tmp_path, "cinemo", {"sharpness": [2, 2, 2, 2, 2]})

    rows = rows_of(votes_file, motif, cinemo, by_scenario=True)

    assert [(row.part, row.comparisons, row.accuracy) for row in rows] == [
        ("all", 4, 75.0),
        ("dog", 2, 100.0),
        ("gol", 2, 50.0),
    ]


def test_the_share_of_clips_worse_than_the_static_clip(votes_file: Path, tmp_path: Path) -> None:
    motif = score_file(tmp_path, "motif", {"sharpness": [3, 1, 3, 1, 9], "error": [1, 1, 1, 1, 1]})
    cinemo = score_file(tmp_path, "cinemo", {"sharpness": [2, 2, 2, 2, 2], "error": [0, 1, 2, 3, 4]})
    static = score_file(tmp_path, "static", {"sharpness": [2, 2, 2, 2, 2], "error": [1, 1, 1, 1, 1]})

    sharpness, error = rows_of(votes_file, motif, cinemo, static)

    assert (sharpness.static_clips, sharpness.prefers_static) == (10, 20.0)
    assert (error.static_clips, error.prefers_static) == (10, 30.0)


def test_a_pair_without_a_score_is_left_out_and_not_counted_as_zero(votes_file: Path, tmp_path: Path) -> None:
    motif = score_file(tmp_path, "motif", {"sharpness": [3, 1]})
    cinemo = score_file(tmp_path, "cinemo", {"sharpness": [2, 2, 2, 2, 2]})

    (row,) = rows_of(votes_file, motif, cinemo)

    assert (row.comparisons, row.accuracy) == (2, 50.0)


def test_one_side_of_a_suite_has_one_file_with_the_settings_of_the_others(tmp_path: Path) -> None:
    (motif,) = read_score_files(score_file(tmp_path, "motif", {"sharpness": [1.0]}))
    (cinemo,) = read_score_files(score_file(tmp_path, "cinemo", {"sharpness": [1.0]}))

    with pytest.raises(MetricInputError, match="Two files have scores of motif"):
        scores_by_metric([motif, motif])
    changed = type(cinemo)(**{**vars(cinemo), "settings": {"v": "2"}})
    with pytest.raises(MetricInputError, match="different settings"):
        scores_by_metric([motif, changed])


def test_the_regression_finds_the_covariate_that_votes_follow(tmp_path: Path) -> None:
    rng = np.random.default_rng(2)
    flow = rng.normal(3, 1, 60)
    pairs = [f"dog{number}_run" for number in range(60)]
    rows = []
    for pair, amount in zip(pairs, flow, strict=True):
        share = 1 / (1 + np.exp(-2 * (amount - 3)))
        rows += [
            vote(pair=pair, image=pair.split("_")[0], annotator=f"a{person}", chosen=side)
            for person, side in enumerate(np.where(rng.random(5) < share, "motif", "cinemo"))
        ]
    pd.DataFrame(rows).to_csv(tmp_path / "votes.csv", index=False)
    votes, _ = load_votes(tmp_path / "votes.csv")
    files = []
    for name, amounts in (("motif", flow), ("cinemo", np.full(60, 3.0))):
        path = score_file(tmp_path, name, {"mean_flow": [1.0]})
        document = json.loads(path.read_text())
        facts = {"width": 320, "height": 320, "frames": 16, "seconds": 2}
        document["clips"] = [
            {
                "pair": pair,
                "values": {"mean_flow": value},
                "clip": facts | {"bytes": int(rng.integers(900, 1100))},
            }
            for pair, value in zip(pairs, amounts.tolist(), strict=True)
        ]
        path.write_text(json.dumps(document))
        files += read_score_files(path)

    table = covariate_table(Tallies.from_votes(votes), votes.matchups, files)

    by_name = {row.covariate: row for row in table.rows}
    assert set(by_name) == {"constant", "file size", "motion"}
    assert by_name["motion"].ci_low < np.exp(2) < by_name["motion"].ci_high
    assert by_name["motion"].p_value < 1e-6
    assert by_name["file size"].p_value > 0.01
    assert (by_name["motion"].votes, by_name["motion"].images) == (300, 60)
    assert table.remarks == (
        "Resolution is left out: its difference is the same in every comparison.",
        "Length is left out: its difference is the same in every comparison.",
    )


def run(*arguments: object):
    return CliRunner().invoke(metric_agreement, list(map(str, arguments)))


@pytest.mark.parametrize("file_format", ["csv", "json", "markdown", "latex"])
def test_the_command_writes_every_format(votes_file: Path, tmp_path: Path, file_format: str) -> None:
    motif = score_file(tmp_path, "motif", {"sharpness": [3, 1, 2, 1, 9]})
    cinemo = score_file(tmp_path, "cinemo", {"sharpness": [2, 2, 2, 2, 2]})

    result = run(votes_file, motif, cinemo, "--format", file_format)

    assert result.exit_code == 0, result.output
    assert "62.5" in result.stdout
    assert "nan" not in result.stdout.lower()
    assert "1 comparison without a majority left out." in result.stderr
    if file_format == "csv":
        (row,) = csv.DictReader(io.StringIO(result.stdout))
        assert row["direction"] == "higher"
    if file_format == "json":
        assert json.loads(result.stdout)["settings"] == {"motion": {"v": "1"}}


def test_votes_of_the_automatic_judge_are_not_compared_with_metrics(tmp_path: Path) -> None:
    votes_file = tmp_path / "votes.csv"
    pd.DataFrame([vote(pair=PAIRS[0], status="automatic")]).to_csv(votes_file, index=False)

    result = run(votes_file, score_file(tmp_path, "motif", {"error": [1]}), "--figure", tmp_path / "told.svg")

    assert result.exit_code == 1
    assert "the automatic judge chose from scores" in result.output
    assert not (tmp_path / "told.svg").exists()


@pytest.mark.parametrize("suffix", ["svg", "pdf", "png", "csv"])
def test_the_command_draws_the_figure_in_the_format_of_its_name(
    votes_file: Path, tmp_path: Path, suffix: str
) -> None:
    motif = score_file(tmp_path, "motif", {"sharpness": [3, 1, 2, 1, 9]})
    cinemo = score_file(tmp_path, "cinemo", {"sharpness": [2, 2, 2, 2, 2]})

    result = run(votes_file, motif, cinemo, "--figure", tmp_path / f"told.{suffix}")

    assert result.exit_code == 0, result.output
    assert "62.5" in result.stdout
    assert "Each square is of 4 comparisons." in result.stderr
    start = {"svg": b"<?xml", "pdf": b"%PDF", "png": b"\x89PNG", "csv": b"suite,metric"}[suffix]
    assert (tmp_path / f"told.{suffix}").read_bytes().startswith(start)


def test_a_figure_in_another_format_is_refused_before_anything_is_computed(
    votes_file: Path, tmp_path: Path
) -> None:
    motif = score_file(tmp_path, "motif", {"sharpness": [3.0]})

    result = run(votes_file, motif, "--figure", tmp_path / "told.jpg")

    assert result.exit_code == 2
    assert "Give a name that ends in .svg, .pdf, .png or .csv" in " ".join(result.output.split())
    assert not (tmp_path / "told.jpg").exists()


def test_a_side_without_scores_is_named(votes_file: Path, tmp_path: Path) -> None:
    result = run(votes_file, score_file(tmp_path, "motif", {"sharpness": [3, 1, 2, 1, 9]}))

    assert result.exit_code == 0
    assert "No scores of cinemo in the suite motion" in result.stderr


@pytest.mark.parametrize(
    "content", ["{", "[]", '{"suite": "motion"}', '{"means": {"a": {"direction": "up"}}, "clips": []}']
)
def test_another_file_is_refused_with_the_command_that_writes_one(tmp_path: Path, content: str) -> None:
    (tmp_path / "other.json").write_text(content)

    with pytest.raises(MetricInputError, match=r"ti2v metrics FOLDER .* --format json"):
        read_score_files(tmp_path / "other.json")


def test_a_score_that_is_no_number_is_refused(tmp_path: Path) -> None:
    path = score_file(tmp_path, "motif", {"sharpness": [1.0]})
    path.write_text(path.read_text().replace('"sharpness": 1.0', '"sharpness": NaN'))

    with pytest.raises(MetricInputError, match="sharpness of the pair golf1_putt is nan"):
        read_score_files(path)


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ('"sharpness": 1.0', '"sharpness": true', "sharpness of the pair golf1_putt is True"),
        ('"sharpness": 1.0', '"sharpness": "1,5"', "sharpness of the pair golf1_putt is '1,5'"),
        ('"sharpness": 1.0', '"sharpness": 1.0, "sharpness": 2.0', "the key sharpness occurs twice"),
        ('"golf2_putt"', '"golf1_putt "', "the clip of pair golf1_putt with seed 0 occurs twice"),
        ('"name": "motif"', '"name": null', "None is not a name"),
    ],
)
def test_a_score_file_with_two_meanings_is_refused(
    tmp_path: Path, before: str, after: str, message: str
) -> None:
    path = score_file(tmp_path, "motif", {"sharpness": [1.0]})
    assert before in path.read_text()
    path.write_text(path.read_text().replace(before, after))

    with pytest.raises(MetricInputError, match=message):
        read_score_files(path)


def test_names_in_a_score_file_match_the_names_in_the_votes(tmp_path: Path) -> None:
    path = score_file(tmp_path, "motif", {"sharpness": [1.0]})
    decomposed = path.read_text().replace("golf1_putt", " golf1_pütt".replace("ü", "u\u0308"))
    path.write_bytes(b"\xef\xbb\xbf" + decomposed.encode())

    (scores,) = read_score_files(path)

    assert scores.scores["sharpness"] == {"golf1_p\u00fctt": 1.0}
