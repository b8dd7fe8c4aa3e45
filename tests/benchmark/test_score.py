"""`ti2v score`: table on stdout, notes on stderr, error message and exit code for a wrong table."""

import csv
import io
import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result

from benchmark.cli.score import score
from tests.benchmark.made_votes import panel, table, vote


@pytest.fixture
def votes_file(tmp_path: Path) -> Path:
    rows = [
        *panel(for_reference=3, for_other=2, pair="p1", ticked=["text_alignment"]),
        *panel(for_reference=1, for_other=4, pair="p2"),
        *panel(for_reference=5, for_other=0, pair="p3"),
        vote(pair="p3", annotator="eve", chosen="cinemo", status="excluded"),
    ]
    table(rows).to_csv(tmp_path / "votes.csv", index=False)
    return tmp_path / "votes.csv"


def run(*arguments: object) -> Result:
    return CliRunner().invoke(score, [str(argument) for argument in arguments])


def test_prints_the_preferences_as_csv(votes_file: Path) -> None:
    result = run(votes_file)
    assert result.exit_code == 0
    (row,) = csv.DictReader(io.StringIO(result.stdout))
    # Two of three pairs; three of fifteen votes ticked text alignment and chose the reference, two the other.
    assert (row["ti2v_score_reference"], row["ti2v_score_other"]) == ("66.7", "33.3")
    assert (row["text_alignment_reference"], row["text_alignment_other"]) == ("20.0", "13.3")
    assert (row["votes"], row["study"]) == ("15", "demo")
    assert "1 excluded votes" in result.stderr


@pytest.mark.parametrize("suffix", ["jsonl", "parquet"])
def test_every_kind_of_votes_file_gives_the_same_bytes(votes_file: Path, suffix: str) -> None:
    import pandas as pd

    other = votes_file.with_suffix(f".{suffix}")
    frame = pd.read_csv(votes_file)
    if suffix == "jsonl":
        frame.to_json(other, orient="records", lines=True)
    else:
        frame.to_parquet(other)
    assert run(other).stdout == run(votes_file).stdout


def test_writes_a_file_in_another_format(votes_file: Path) -> None:
    output = votes_file.with_name("agreement.parquet")
    assert run(votes_file, "--table", "agreement", "--format", "parquet", "--output", output).exit_code == 0
    assert pq.read_table(output).num_rows == 5


def test_a_missing_column_only_drops_its_lines(votes_file: Path) -> None:
    import pandas as pd

    whole = run(votes_file, "--format", "json")
    less = votes_file.with_name("less.csv")
    pd.read_csv(votes_file).drop(columns=["annotator", "image", "decision_ms"]).to_csv(less, index=False)
    result = run(less, "--format", "json")
    assert json.loads(result.stdout) == json.loads(whole.stdout)
    assert "No column annotator" in result.stderr
    assert "No column annotator" not in whole.stderr


def test_a_wrong_row_is_a_sentence_and_a_failure(votes_file: Path) -> None:
    with votes_file.open("a") as file:
        file.write(votes_file.read_text().splitlines()[1].replace("valid", "deleted") + "\n")
    result = run(votes_file)
    assert result.exit_code == 1
    assert result.stdout == ""
    assert 'votes.csv, line 18, column status: The status "deleted" is unknown' in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize(
    ("table_name", "said"),
    [
        # Agreeing pairs of votes: 4 of 10, 6 of 10 and 10 of 10.
        ("preferences", "Not significant after Holm correction: motif won 66.7 % of 3 decided pairs"),
        ("justifications", "No significant difference in text alignment"),
        ("agreement", "motif:cinemo: Two votes on the same comparison agree in 66.7 % of the cases"),
        ("leaderboard", "fewer than 10 pairs"),
    ],
)
def test_sentences_describe_the_table(votes_file: Path, table_name: str, said: str) -> None:
    assert said in run(votes_file, "--table", table_name).stderr


def test_excluded_votes_are_counted_on_request_and_their_effect_is_stated(tmp_path: Path) -> None:
    rows = [
        *panel(for_reference=2, for_other=1, pair="p1"),
        *(vote(pair="p1", annotator=f"eve{n}", chosen="cinemo", status="excluded") for n in range(2)),
    ]
    table(rows).to_csv(tmp_path / "votes.csv", index=False)

    result = run(tmp_path / "votes.csv", "--with-excluded")

    (row,) = csv.DictReader(io.StringIO(result.stdout))
    assert (row["ti2v_score_reference"], row["votes"]) == ("0.0", "5")
    assert "100.0 % of 1 pairs as reported, 0.0 % of 1 with 2 excluded votes" in result.stderr
    assert "the results of the study do not" in result.stderr
