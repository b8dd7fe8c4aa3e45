"""`ti2v metrics` over several folders: one table with a row per model, as in the paper's Tables 4 and A3."""

import csv
import io
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from benchmark.importers.source import BenchmarkSource
from benchmark.metrics.score_file import read_score_files
from benchmark.scenes.encoding import encode_mp4
from models.cli.metrics import metrics
from tests.models.metrics.conftest import moving


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def folders(source: BenchmarkSource, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Two seeds of each pair by the model `swift`, and one clip of one pair by the model `slow`."""
    root = tmp_path_factory.mktemp("models")
    swift, slow = root / "swift", root / "slow"
    swift.mkdir()
    slow.mkdir()
    for number, pair in enumerate(source.pairs):
        for seed in (0, 1):
            content = encode_mp4(moving(number // 2, 2 + seed), fps=8)
            (swift / f"{pair.id}_{seed}.mp4").write_bytes(content)
    (slow / f"{source.pairs[0].id}.mp4").write_bytes(encode_mp4(moving(0, 1), fps=8))
    return swift, slow


def run(source: BenchmarkSource, home: Path, *arguments: object) -> Result:
    benchmark = next(iter(source.images.values())).parent.parent
    options = ["--benchmark", benchmark, "--suite", "motion", "--workers", 1, *arguments]
    return CliRunner(env={"TI2V_HOME": str(home)}).invoke(metrics, list(map(str, options)))


def test_markdown_has_a_row_per_model_with_the_spread_over_seeds(
    source: BenchmarkSource, home: Path, folders: tuple[Path, Path]
) -> None:
    result = run(source, home, *folders)

    assert result.exit_code == 0, result.output
    head, _, swift, slow, *_ = result.stdout.splitlines()
    assert head.startswith("| | Mean flow (% of side/s) | Moving pixels |")
    assert swift.startswith("| swift | ")
    assert " ± " in swift.split("|")[2]
    assert slow.startswith("| slow (partial) | ")
    assert "±" not in slow
    assert "swift: 4 pairs. slow: PARTIAL: 1 of 4 pairs." in result.stdout
    assert "±: standard deviation over seeds." in result.stdout
    assert "Partial: the row slow covers 1 of 4 pairs." in result.stderr


def test_latex_has_the_same_rows(source: BenchmarkSource, home: Path, folders: tuple[Path, Path]) -> None:
    result = run(source, home, *folders, "--format", "latex", "--name", "Swift_1", "--name", "Slow")

    rows = [line for line in result.stdout.splitlines() if line.endswith(r"\\")]
    assert len(rows) == 3
    assert rows[1].startswith(r"{}Swift\_1 & ")
    assert r"$\pm$" in rows[1]
    assert rows[2].startswith("{}Slow (partial) & ")


def test_csv_names_the_model_of_each_clip(
    source: BenchmarkSource, home: Path, folders: tuple[Path, Path]
) -> None:
    rows = list(csv.DictReader(io.StringIO(run(source, home, *folders, "--format", "csv").stdout)))

    assert [(row["model"], row["partial"]) for row in rows] == [("swift", "false")] * 8 + [("slow", "true")]


def test_a_json_file_of_several_models_is_read_by_metric_agreement(
    source: BenchmarkSource, home: Path, folders: tuple[Path, Path], tmp_path: Path
) -> None:
    output = tmp_path / "scores.json"

    run(source, home, *folders, "--format", "json", "--output", output)

    swift, slow = read_score_files(output)
    assert (swift.name, len(swift.scores["mean_flow"])) == ("swift", 4)
    assert (slow.name, len(slow.scores["mean_flow"])) == ("slow", 1)
    assert [each["partial"] for each in json.loads(output.read_text())] == [False, True]


def test_rows_of_different_pairs_are_restricted_to_common_pairs_on_request(
    source: BenchmarkSource, home: Path, folders: tuple[Path, Path]
) -> None:
    warned = run(source, home, *folders, "--format", "json")
    common = run(source, home, *folders, "--format", "json", "--common-pairs")

    assert "the rows cannot be compared. Add --common-pairs" in warned.stderr
    assert "--common-pairs" not in common.stderr
    pairs = [{clip["pair"] for clip in each["clips"]} for each in json.loads(common.stdout)]
    assert pairs == [{source.pairs[0].id}] * 2
    assert [each["partial"] for each in json.loads(common.stdout)] == [True, True]


def test_rows_without_a_name_of_their_own_are_refused(
    source: BenchmarkSource, home: Path, folders: tuple[Path, Path]
) -> None:
    twice = run(source, home, folders[0], folders[0])
    unnamed = run(source, home, *folders, "--name", "Swift")

    assert twice.exit_code == unnamed.exit_code == 2
    assert "Two of the folders have the name 'swift'" in twice.output
    assert "The number of names (1) differs from the number of folders (2)" in unnamed.output
