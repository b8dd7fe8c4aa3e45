"""`ti2v benchmark import` and `ti2v votes import` with --server."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.context import AppContext
from app.server import TASK_HANDLERS
from app.tasks.runner import TaskRunner
from tests.app.cli.outcome import Run
from tests.cast import BENCHMARK, IMAGES, PAIR_IDS, PROMPTS, Cast, input_image

MAP = ("pair=item", "left=a", "right=b", "chosen=answer", "annotator=who")


@pytest.fixture
def server(
    context: AppContext, cast: Cast, live_server: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[str]:
    monkeypatch.setenv("TI2V_KEY", cast.alice.key)
    with TaskRunner(context, TASK_HANDLERS).running():
        yield live_server


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "My Pairs"
    folder.mkdir()
    for image in IMAGES:
        (folder / f"{image}.png").write_bytes(input_image(image))
    rows = [f"{image}.png,{prompt}" for image in IMAGES for prompt in PROMPTS]
    (folder / "prompt.csv").write_text("\n".join(["image,prompt", *rows]) + "\n")
    return folder


def test_a_folder_and_a_zip_become_a_benchmark_of_the_key(run: Run, server: str, folder: Path) -> None:
    first = run("benchmark", "import", str(folder), "--title", "Mine", "--server", server)
    packed = shutil.make_archive(str(folder), "zip", folder)
    again = run("benchmark", "import", packed, "--slug", "my-pairs", "--server", server)

    assert (first.code, first.out) == (0, "my-pairs 1\n"), first.err
    assert "6 pairs on 3 images." in first.err
    assert (again.code, again.out) == (0, "my-pairs 1\n"), again.err


def test_problems_on_the_server_are_listed(run: Run, server: str, folder: Path) -> None:
    (folder / "kite1.png").unlink()

    outcome = run("benchmark", "import", str(folder), "--server", server)

    assert outcome.code == 1
    assert "line 2, column image:" in outcome.out
    assert "nothing was imported" in outcome.err


def test_a_server_accepts_folders_and_zips_without_an_owner(run: Run, server: str, folder: Path) -> None:
    table = run("benchmark", "import", str(folder / "prompt.csv"), "--server", server)
    owned = run("benchmark", "import", str(folder), "--owner", "alice", "--server", server)

    assert (table.code, owned.code) == (1, 2)
    assert "is not a folder or a ZIP file" in table.err


def test_votes_become_a_study_of_the_key(run: Run, server: str, tmp_path: Path) -> None:
    table = tmp_path / "votes.csv"
    rows = [f"{pair},one,two,left,p{number}" for pair in PAIR_IDS for number in range(3)]
    table.write_text("\n".join(["item,a,b,answer,who", *rows]) + "\n")
    mapped = [word for each in MAP for word in ("--map", each)]
    command = ("votes", "import", str(table), "--study", "old", "--benchmark", BENCHMARK, *mapped)

    dry = run(*command, "--dry-run", "--server", server)
    first = run(*command, "--server", server)
    again = run(*command, "--server", server)

    assert [each.out for each in (dry, first, again)] == ["old\n"] * 3, first.err
    assert "nothing imported (dry run)" in dry.err
    assert "18 votes, 1 matchup, 3 annotators: imported." in first.err
    assert "imported before, nothing changed" in again.err
