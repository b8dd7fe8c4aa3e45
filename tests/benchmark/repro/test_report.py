"""The report of the re-test: built only from stored measurements, with the same bytes every time."""

import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from benchmark.cli.main import main
from benchmark.repro.analysis import RowResult, Verdict, analyse
from benchmark.repro.measurements import Measurement, MeasurementError, RunFacts, RunStatus, write_measurement
from benchmark.repro.paper_results import PAPER_ROWS
from benchmark.repro.paper_settings import Setting
from benchmark.repro.report import report_files
from benchmark.repro.report_page import sentence
from benchmark.repro.stored_runs import read_runs

PAIRS = tuple(f"sprites{number:02d}" for number in range(12))
COMMITTED = Path(__file__).resolve().parents[3] / "docs" / "reproduction"
# The share of the motion inside the asked object, for each setting; a higher share wins.
SHARES = {
    Setting.REFERENCE: 0.6,
    Setting.WITHOUT: 0.4,
    Setting.INVERSE: 0.8,
    Setting.CX_ATTN: 0.1,
    Setting.BOTH: 0.4,
}


def facts(setting: Setting, seed: int, **changed: object) -> RunFacts:
    known = {
        "setting": setting,
        "seed": seed,
        "status": RunStatus.FINISHED,
        "steps": 100,
        "clips_per_step": 8,
        "parameters": 10,
        "train_s": 1.0,
        "sample_s": 1.0,
        "settings": f"those of {setting}",
        "benchmark": "held out",
        "torch": "2",
        "figure6": ({"timestep": 100, "inside": 2.0, "overall": 1.0},),
    }
    return RunFacts(**known | changed)  # type: ignore[arg-type]


def run(setting: Setting, seed: int, **changed: object) -> Measurement:
    """Return a run whose clips have the share of the setting, plus noise that depends on seed and pair."""
    rng = np.random.default_rng([seed, list(Setting).index(setting)])
    shares = SHARES.get(setting, 0.6) + rng.uniform(-0.05, 0.05, len(PAIRS))
    rows: list[Mapping[str, float | None]] = [
        {
            "share_inside": float(share),
            "direction_error": 0.0,
            "amount_ratio": 1.0,
            "new_object": None,
            "first_frame_mse": 0.0,
        }
        for share in shares
    ]
    return Measurement(facts(setting, seed, **changed), tuple(rows[0]), PAIRS, tuple(rows))


@pytest.fixture(scope="module")
def grid(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The measurements of a complete grid; tests change only copies."""
    folder = tmp_path_factory.mktemp("grid")
    for setting in Setting:
        for seed in range(5):
            write_measurement(folder, run(setting, seed))
    return folder


@pytest.fixture
def changed(grid: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(grid, tmp_path / "measurements"))


def results_of(folder: Path) -> dict[str, RowResult]:
    return {row.paper.name: row for row in analyse(read_runs(folder))}


def test_each_row_agrees_or_disagrees_or_is_not_decided(grid: Path) -> None:
    found = results_of(grid)

    assert [each.paper for each in found.values()] == list(PAPER_ROWS)
    assert found["reference:without"].verdict is Verdict.AGREES
    assert found["without:cx-attn"].verdict is Verdict.AGREES
    assert found["reference:inverse"].verdict is Verdict.DISAGREES
    assert found["reference:lambda-2"].verdict is Verdict.NOT_DECIDED
    won = found["reference:without"]
    assert (won.won, won.lost, won.ties, won.not_measured) == (60, 0, 0, 0)
    assert sentence(found["reference:inverse"]).startswith(
        "Table 2, `reference` against `inverse`, disagrees with the paper: `inverse` wins"
    )


def test_holm_counts_the_rows_that_are_not_complete(changed: Path) -> None:
    for setting in set(Setting) - {Setting.REFERENCE, Setting.WITHOUT}:
        for file in changed.glob(f"{setting}-?.*"):
            file.unlink()

    scores = {name: (row.score, row.p_holm) for name, row in results_of(changed).items()}

    score, p_holm = scores.pop("reference:without")
    assert score is not None
    assert p_holm == pytest.approx(len(PAPER_ROWS) * score.p_value)
    assert set(scores.values()) == {(None, None)}


def test_the_difference_of_a_measure_has_an_interval(grid: Path) -> None:
    difference = results_of(grid)["reference:without"].differences["share_inside"]

    assert difference is not None
    assert difference.low < 0.2 < difference.high
    assert difference.mean == pytest.approx(0.2, abs=0.02)


def test_missing_and_half_written_runs_are_named_and_their_seeds_are_left_out(changed: Path) -> None:
    (changed / "reference-1.json").unlink()
    (changed / "reference-2.csv").write_text("pair_id,share_inside\n")
    for suffix in ("csv", "json"):
        (changed / f"without-3.{suffix}").unlink()

    runs = read_runs(changed)

    assert set(runs.damaged) == {"reference-1", "reference-2"}
    assert "ti2v repro run reference-1`" in runs.damaged["reference-1"]
    assert set(runs.missing) == {"without-3"}
    found = results_of(changed)
    assert found["reference:lambda-2"].seeds == (0, 3, 4)
    assert found["reference:without"].seeds == (0, 4)
    assert found["reference:without"].verdict is Verdict.NOT_DECIDED
    page = report_files(changed, figures=False)[1]["results.md"].decode()
    assert "| `reference` | 3 | 2.000 ± 0.000 |" in page
    assert "half-written or damaged: reference-1, reference-2." in page
    assert "2 complete seeds; at least 3 are needed." in page


def test_a_row_without_decided_cells_is_not_decided_and_the_sentence_says_why(changed: Path) -> None:
    for seed in range(5):
        equal = run(Setting.REFERENCE, seed)
        write_measurement(changed, replace(equal, facts=facts(Setting.BOTH, seed)))
        write_measurement(changed, replace(equal, facts=facts(Setting.WITHOUT, seed)))

    row = results_of(changed)["without:both"]

    assert (len(row.seeds), row.ties, row.score) == (5, 60, None)
    assert sentence(row) == (
        "Table 3, `without` against `both`, is not decided: 0 decided cells; an interval needs decided cells "
        "of at least 3 seeds and of at least 2 pairs."
    )


def test_a_run_with_nan_is_kept_and_excluded(changed: Path) -> None:
    broken = facts(Setting.BOTH, 4, status=RunStatus.NOT_FINITE, figure6=())
    write_measurement(changed, Measurement(broken, run(Setting.BOTH, 4).columns, (), ()))

    found = results_of(changed)

    assert found["without:both"].seeds == (0, 1, 2, 3)
    assert found["without:cx-attn"].seeds == (0, 1, 2, 3, 4)
    assert "NaN or infinite: both-4." in report_files(changed, figures=False)[1]["results.md"].decode()


@pytest.mark.parametrize(
    ("wrong", "what"),
    [
        ({"steps": 50}, "number of steps"),
        ({"clips_per_step": 16}, "number of clips per step"),
        ({"benchmark": "other clips"}, "held-out clips"),
        ({"settings": "another learning rate"}, "settings"),
    ],
    ids=str,
)
def test_runs_that_cannot_be_compared_are_refused(changed: Path, wrong: dict[str, object], what: str) -> None:
    write_measurement(changed, run(Setting.LAMBDA_5, 2, **wrong))

    with pytest.raises(MeasurementError, match=f"The {what} of lambda-5-2 and"):
        report_files(changed)


def test_the_same_measurements_give_the_same_bytes(grid: Path, changed: Path) -> None:
    assert report_files(grid)[1] == report_files(changed)[1]


def test_the_command_writes_the_report_and_fails_on_an_incomplete_grid_if_asked(
    changed: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (changed / "reference-1.json").unlink()
    options = ["--measurements", str(changed), "--output", str(tmp_path / "report")]

    assert main(["repro", "report", *options]) == 0
    assert "44 runs used, 1 not used" in capsys.readouterr().err
    assert main(["repro", "report", *options, "--strict"]) == 1
    assert (tmp_path / "report" / "results.csv").read_text().count("\n") == len(PAPER_ROWS) + 1


def test_the_committed_report_is_that_of_the_committed_measurements() -> None:
    """If this fails, run `ti2v repro report` and commit the files."""
    _, files = report_files(COMMITTED / "measurements", figures=False)

    assert {name: (COMMITTED / name).read_bytes() for name in files} == files
