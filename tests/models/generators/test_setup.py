"""`ti2v generators setup NAME --run` runs the printed steps and skips completed ones."""

from pathlib import Path

import pytest

from models.generators.base import CannotRun
from models.generators.recipe_tables import Environment
from models.generators.settings import generator_settings
from models.generators.setup import setup_steps
from tests.models.generators.checkout_of import checkout_of, recipe_of


@pytest.fixture(autouse=True)
def checkouts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TI2V_CHECKOUTS", str(tmp_path))
    generator_settings.cache_clear()
    yield tmp_path
    generator_settings.cache_clear()


def test_a_complete_checkout_needs_no_steps(checkouts: Path) -> None:
    recipe = recipe_of("seine")
    checkout_of(recipe, checkouts / "seine")

    assert setup_steps(recipe) == []


def test_only_the_missing_environment_is_created_and_it_inherits_no_key(
    checkouts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TI2V_KEY", "secret")
    steps = ("mkdir -p .venv/bin", "/bin/sh -c 'env > seen.txt; touch {python}'")
    recipe = recipe_of("seine", environment=Environment(python="3.9", steps=steps))
    folder = checkout_of(recipe, checkouts / "seine")
    (folder / ".venv/bin/python").unlink()

    for step in setup_steps(recipe):
        step.run()

    assert setup_steps(recipe) == []
    assert "secret" not in (folder / "seen.txt").read_text()


def test_one_missing_file_of_two_downloads_is_the_only_step(checkouts: Path) -> None:
    recipe = recipe_of("seine")
    folder = checkout_of(recipe, checkouts / "seine")
    (folder / "pretrained/seine.pt").unlink()

    (step,) = setup_steps(recipe)

    assert step.command_line.startswith("hf download xinyuanc91/SEINE")


def test_a_modified_script_is_checked_out_again(checkouts: Path) -> None:
    recipe = recipe_of("ti2v-zero")
    folder = checkout_of(recipe, checkouts / "ti2v-zero")
    assert setup_steps(recipe) == []

    (folder / "demo_img2vid.py").unlink()
    (step,) = setup_steps(recipe)

    assert step.command_line == f"git -C {folder} checkout {recipe.repository.commit} -- demo_img2vid.py"


def test_a_failing_step_is_named(checkouts: Path) -> None:
    recipe = recipe_of("seine", environment=Environment(python="3.9", steps=("/bin/sh -c 'exit 3'",)))
    folder = checkout_of(recipe, checkouts / "seine")
    (folder / ".venv/bin/python").unlink()
    (step,) = setup_steps(recipe)

    with pytest.raises(CannotRun, match="This step failed: /bin/sh -c 'exit 3'"):
        step.run()
