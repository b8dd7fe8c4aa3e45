"""`ti2v benchmark`: import, list, check."""

import json
import os
from pathlib import Path

import pytest
from PIL import Image

from tests.app.cli.outcome import Run


@pytest.fixture
def release(tmp_path: Path) -> Path:
    """A folder with two pairs that share one image."""
    folder = tmp_path / "My Balloons"
    folder.mkdir()
    Image.new("RGB", (32, 24), (10, 90, 160)).save(folder / "balloon1.png")
    (folder / "prompts.csv").write_text("image,prompt\nballoon1.png,it dips\nballoon1.png,it rises\n")
    return folder


def test_an_import_prints_slug_and_version(run: Run, release: Path) -> None:
    first, again = run("benchmark", "import", release), run("benchmark", "import", release)

    assert (first.code, first.out) == (0, "my-balloons 1\n")
    assert again.out == "my-balloons 1\n"


def test_a_changed_table_becomes_the_next_version(run: Run, release: Path) -> None:
    run("benchmark", "import", release, "--slug", "balloons")
    (release / "prompts.csv").write_text("image,prompt\nballoon1.png,it falls\n")

    assert run("benchmark", "import", release, "--slug", "balloons").out == "balloons 2\n"
    (listed,) = json.loads(run("benchmark", "list", "--format", "json").out)
    assert (listed["version"], listed["pairs"]) == (2, 1)


def test_problems_are_listed_and_nothing_is_imported(run: Run, release: Path) -> None:
    (release / "prompts.csv").write_text(
        "image,prompt\nballoon1.png,\nballoon7.png,it falls\nballoon1.png,up\n"
    )

    outcome = run("benchmark", "import", release)

    assert outcome.code == 1
    assert outcome.out == ""
    assert "  line 2, column prompt: The prompt is empty." in outcome.err
    assert "  line 3, column image: There is no image balloon7.png" in outcome.err
    assert run("benchmark", "list").out == ""


def test_an_imported_benchmark_is_public_or_the_owners_alone(run: Run, release: Path) -> None:
    assert run("key", "create", "--role", "researcher", "--name", "alice").code == 0
    run("benchmark", "import", release, "--slug", "operators")
    owned = run("benchmark", "import", release, "--slug", "alices", "--owner", "alice")
    again = run("benchmark", "import", release, "--slug", "alices", "--owner", "alice")

    assert (owned.out, again.out) == ("alices 1\n", "alices 1\n")
    assert run("benchmark", "share", "operators").out == "public\n"
    assert run("benchmark", "share", "alices").out == "private\n"


def test_a_benchmark_does_not_change_its_owner(run: Run, release: Path) -> None:
    assert run("key", "create", "--role", "researcher", "--name", "alice").code == 0
    run("benchmark", "import", release, "--slug", "balloons")

    outcome = run("benchmark", "import", release, "--slug", "balloons", "--owner", "alice")

    assert outcome.code == 1
    assert "Benchmark balloons has another owner; choose another slug." in outcome.err


def test_an_unknown_owner_is_refused(run: Run, release: Path) -> None:
    outcome = run("benchmark", "import", release, "--owner", "alice")

    assert outcome.code == 1
    assert "There is no researcher called alice" in outcome.err
    assert "balloons" not in run("benchmark", "list").out


def test_a_check_compares_with_the_official_shape(run: Run, release: Path) -> None:
    run("benchmark", "import", release)

    outcome = run("benchmark", "check", "my-balloons")

    assert outcome.code == 0
    assert "2 pairs, TI2V Bench has 320" in outcome.err


def test_a_benchmark_is_shown_as_a_row_of_table_1(run: Run, release: Path) -> None:
    run("benchmark", "import", release)

    (row,) = json.loads(run("benchmark", "show", "my-balloons", "--format", "json").out)

    assert row == {
        "slug": "my-balloons",
        "version": 1,
        "pairs": 2,
        "media": 1,
        "texts": 2,
        "type": "image-text",
        "text_driven": "yes",
        "evaluation": "none",
    }


def test_a_check_names_images_the_store_lost_and_importing_again_mends_it(
    run: Run, release: Path, home: Path
) -> None:
    run("benchmark", "import", release)
    (lost,) = (path for path in (home / "media" / "images").rglob("*") if path.is_file())
    lost.unlink()

    outcome = run("benchmark", "check", "my-balloons")

    assert outcome.code == 1
    assert "balloon1" in outcome.err
    run("benchmark", "import", release)
    assert run("benchmark", "check", "my-balloons").code == 0


def test_the_real_release_is_as_large_as_the_paper_says(run: Run) -> None:
    place = os.environ.get("TI2V_TEST_DATA")
    if not place:
        pytest.skip("TI2V_TEST_DATA does not name the official release")

    assert run("benchmark", "import", place, "--slug", "ti2v-bench").out == "ti2v-bench 1\n"
    assert "equal those of TI2V Bench" in run("benchmark", "check", "ti2v-bench").err
