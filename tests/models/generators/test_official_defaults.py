"""Every argument of a native adapter has a source; every deviation has a reason and is documented."""

import hashlib
import re
from pathlib import Path

import diffusers
import pytest
from diffusers.pipelines.cosmos import pipeline_cosmos2_video2world
from diffusers.pipelines.ltx2 import pipeline_ltx2_image2video

from models.generators.adapter_entries import shipped_adapter
from models.generators.diffusers_classes import call_defaults
from models.generators.official_defaults import argument_lines
from models.generators.quotes import read_quote
from models.generators.recipe_checks import recipe_problems
from models.generators.recipes import DiffusersRecipe, InvalidRecipe, read_recipe
from models.generators.registry import ADAPTERS

DOCUMENT = (Path(__file__).resolve().parents[3] / "docs" / "generators.md").read_text()
RECIPES = {name: read_recipe(shipped_adapter(name)) for name in ADAPTERS}
NATIVE = [name for name, recipe in RECIPES.items() if isinstance(recipe, DiffusersRecipe)]


@pytest.mark.parametrize("name", NATIVE)
def test_every_argument_has_a_source(name: str) -> None:
    missing = [line.name for line in argument_lines(RECIPES[name]) if line.official is None]

    assert missing == []


def test_every_deviation_is_documented() -> None:
    deviations = {
        f"| `{name}` | `{line.name}` |"
        for name, recipe in RECIPES.items()
        for line in argument_lines(recipe)
        if line.official is not None and line.official.reason
    }

    assert {row for row in deviations if row not in DOCUMENT} == set()
    assert len(deviations) == DOCUMENT.split("### Deviations")[1].split("\n#")[0].count("\n| `")


QUOTING = [name for name in NATIVE if RECIPES[name].quotes]
WITHOUT = [name for name in NATIVE if name not in QUOTING and "negative_prompt" not in RECIPES[name].call]


@pytest.mark.parametrize("name", QUOTING)
def test_a_negative_prompt_is_a_text_of_the_installed_diffusers(name: str) -> None:
    recipe = RECIPES[name]
    assert isinstance(recipe, DiffusersRecipe)
    quote = recipe.quotes["negative_prompt"]

    text = read_quote(quote)

    assert hashlib.sha256(text.encode()).hexdigest() == quote.sha256
    source = (Path(diffusers.__file__).parent / quote.file).read_text()
    assert text in re.sub(r'"\n +"', "", source)


def test_the_negative_prompt_of_cosmos_is_the_default_of_its_class() -> None:
    recipe = RECIPES["cosmos-predict2-2b"]
    assert isinstance(recipe, DiffusersRecipe)

    assert (
        read_quote(recipe.quotes["negative_prompt"]) == pipeline_cosmos2_video2world.DEFAULT_NEGATIVE_PROMPT
    )


def test_no_adapter_copies_a_negative_prompt() -> None:
    assert len(QUOTING) == 15
    assert {recipe.call.get("negative_prompt", "") for recipe in map(RECIPES.get, NATIVE)} == {""}


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        (
            'sha256 = "cc03817c',
            'sha256 = "00000000',
            "does not contain the text 000000007",
        ),
        ("pipeline_ltx_image2video.py", "pipeline_gone.py", "of diffusers/pipelines/ltx/pipeline_gone.py"),
        ("[call]", '[call]\nnegative_prompt = "static"', "[call] already has this argument"),
    ],
)
def test_check_finds_a_wrong_quote(tmp_path: Path, old: str, new: str, problem: str) -> None:
    problems = recipe_problems(read_recipe(changed(tmp_path, old, new)))

    assert [each for each in problems if each.startswith("quotes.negative_prompt: ") and problem in each]


@pytest.mark.parametrize("name", WITHOUT)
def test_a_model_without_negative_prompt_has_a_class_without_default(name: str) -> None:
    recipe = RECIPES[name]
    assert isinstance(recipe, DiffusersRecipe)

    assert call_defaults(recipe).get("negative_prompt") is None
    assert recipe.call.get("true_cfg_scale") == 1.0 or name.startswith(("cogvideox", "minimax-h3"))


def test_the_image_of_ltx_2_is_compressed_as_in_training() -> None:
    recipe = RECIPES["ltx-2"]
    assert isinstance(recipe, DiffusersRecipe)

    assert recipe.call["image_crf"] == pipeline_ltx2_image2video.resolve_default_image_crf(None)


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        (
            "num_frames = { source",
            "colour = { source",
            "official.colour: the recipe does not pass this argument; state value and reason",
        ),
        (
            "value = 1216, reason",
            "value = 704, reason",
            "official.width: the recipe has the official value; omit value and reason",
        ),
    ],
)
def test_check_finds_a_wrong_official_default(tmp_path: Path, old: str, new: str, problem: str) -> None:
    assert problem in recipe_problems(read_recipe(changed(tmp_path, old, new)))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (', reason = "as width"', ""),
        ("Lightricks/LTX-Video@5260738e", "Lightricks/LTX-Video@main"),
    ],
)
def test_a_deviation_without_reason_or_a_source_without_commit_is_refused(
    tmp_path: Path, old: str, new: str
) -> None:
    with pytest.raises(InvalidRecipe) as raised:
        read_recipe(changed(tmp_path, old, new))

    assert all(each.startswith("official.") for each in raised.value.problems)


def changed(tmp_path: Path, old: str, new: str) -> Path:
    text = shipped_adapter("ltx-video").read_text()
    assert old in text
    (tmp_path / "ltx-video.toml").write_text(text.replace(old, new, 1))
    return tmp_path / "ltx-video.toml"


@pytest.mark.parametrize("name", NATIVE)
def test_the_class_exists_and_takes_an_image(name: str) -> None:
    recipe = RECIPES[name]
    assert isinstance(recipe, DiffusersRecipe)

    assert "image" in call_defaults(recipe)
