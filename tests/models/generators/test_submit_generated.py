"""`ti2v submit` accepts the folder of `ti2v generate`."""

from pathlib import Path

import pytest

from benchmark.cli.main import main
from benchmark.scenes.benchmarks import bundled_pairs
from tests.cast import Cast
from tests.models.generators.requests import small_benchmark

PAIRS = ["kites1", "harbour1"]


def test_a_generated_folder_passes_the_dry_run(
    cast: Cast,
    live_server: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("TI2V_HOME", str(cast.context.settings.home))
    pairs = [pair.id for pair in bundled_pairs().values() if pair.image in PAIRS]
    small_benchmark(tmp_path / "small", pairs)
    clips = tmp_path / "clips"
    place = ["--benchmark", "small", "--server", live_server, "--key", cast.alice.key]

    assert main(["benchmark", "import", str(tmp_path / "small")]) == 0
    made = main(
        ["generate", "--model", "reference", "--benchmark", str(tmp_path / "small"), "--output", str(clips)]
    )
    capfd.readouterr()
    rehearsed = main(["submit", str(clips), "--model", "reference", *place, "--dry-run"])

    said = capfd.readouterr()
    assert (made, rehearsed, said.out) == (0, 0, "")
    assert f"{len(pairs)} clips checked, 0 of {len(pairs)} missing." in said.err
