"""The service imports the benchmark and the clips of the re-test, and measures the same values."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from benchmark.cli.main import main
from benchmark.importers.reader import read_benchmark
from benchmark.repro.measurements import MeasurementError
from benchmark.repro.paper_settings import Setting
from benchmark.repro.submission_files import generated_runs, write_benchmark_files, write_clip_files
from benchmark.scenes.sprites import RETEST_SPRITES, held_out_clips
from models.metrics.clips import find_clips
from models.metrics.motion_scores import motion_scores
from models.metrics.synthetic_scores import measure_clips


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One run, with the true clips as generated clips."""
    folder = tmp_path_factory.mktemp("runs")
    (folder / "reference-3").mkdir()
    clips = held_out_clips(RETEST_SPRITES)
    np.savez(
        folder / "reference-3" / "clips.npz",
        frames=np.stack([clip.frames for clip in clips]),
        pair_ids=[clip.pair_id for clip in clips],
    )
    return folder


def test_the_suite_motion_measures_a_submitted_clip_as_the_run_does(runs: Path, tmp_path: Path) -> None:
    assert write_benchmark_files(tmp_path / "benchmark") == 96
    (run,) = write_clip_files(generated_runs(runs), tmp_path / "clips")
    assert (run.setting, run.seed) == (Setting.REFERENCE, 3)

    found = find_clips(tmp_path / "clips" / "reference-3", read_benchmark(str(tmp_path / "benchmark")))

    assert (len(found.clips), found.expected_pairs, found.ignored) == (96, 96, ())
    measured = motion_scores(found.clips[0])
    clip = held_out_clips(RETEST_SPRITES)[0]
    (row,) = measure_clips(clip.frames[None], [clip.truth])
    assert measured["amount_ratio"] == pytest.approx(row["amount_ratio"], abs=0.05)
    assert measured["share_inside"] == pytest.approx(row["share_inside"], abs=0.05)
    assert measured["direction_error"] < 5


def test_the_contact_sheet_shows_each_run_beside_the_true_clip(
    runs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sheet = tmp_path / "sheet.png"

    assert (
        main(["repro", "contact-sheet", str(runs), "--output", str(sheet), "--seed", "3", "--pairs", "2"])
        == 0
    )
    with Image.open(sheet) as image:
        pixels = np.asarray(image)

    # The network of the fixture generated the true clips: the columns "true end" and "reference 3" are equal.
    assert pixels.shape == (18 + 2 * 118, 3 * 100, 3)
    assert (pixels[36:132, 100:196] == pixels[36:132, 200:296]).all()
    assert (pixels[36:132, 0:96] != pixels[36:132, 100:196]).any()
    assert main(["repro", "contact-sheet", str(runs), "--output", str(sheet)]) == 2
    assert "seed 0" in capsys.readouterr().err


def test_clips_of_other_pairs_and_folders_without_clips_are_refused(tmp_path: Path) -> None:
    with pytest.raises(MeasurementError, match="ti2v repro run"):
        generated_runs(tmp_path)
    (tmp_path / "both-0").mkdir()
    np.savez(tmp_path / "both-0" / "clips.npz", frames=np.zeros((1, 8, 32, 32, 3), np.uint8), pair_ids=["a"])
    (tmp_path / "both-1").mkdir()
    (tmp_path / "both-1" / "clips.npz").write_bytes((tmp_path / "both-0" / "clips.npz").read_bytes()[:-30])
    with pytest.raises(MeasurementError, match="damaged"):
        list(write_clip_files(generated_runs(tmp_path)[1:], tmp_path / "clips"))
    with pytest.raises(MeasurementError, match="other held-out pairs"):
        list(write_clip_files(generated_runs(tmp_path), tmp_path / "clips"))
