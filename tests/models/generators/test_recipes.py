"""Adapters are read strictly, and the shipped ones are right as far as that shows without weights."""

from pathlib import Path

import pytest

from models.generators.adapter_entries import shipped_adapter
from models.generators.recipe_checks import recipe_problems
from models.generators.recipes import DiffusersRecipe, RecipeProblem, SubprocessRecipe, read_recipe
from models.generators.registry import ADAPTERS


def changed(tmp_path: Path, name: str, old: str, new: str) -> Path:
    text = shipped_adapter(name).read_text()
    assert old in text
    path = tmp_path / f"{name}.toml"
    path.write_text(text.replace(old, new, 1))
    return path


def test_the_table_names_every_adapter_there_is() -> None:
    assert {path.stem for path in shipped_adapter("any").parent.glob("*.toml")} == set(ADAPTERS)


@pytest.mark.parametrize("name", ADAPTERS)
def test_a_shipped_adapter_has_no_problem(name: str) -> None:
    assert recipe_problems(read_recipe(shipped_adapter(name))) == []


@pytest.mark.parametrize("name", ADAPTERS)
def test_no_adapter_takes_a_revision_that_may_move(name: str) -> None:
    recipe = read_recipe(shipped_adapter(name))

    assert all(len(weights.revision) in (0, 40) for weights in recipe.weights)
    if isinstance(recipe, SubprocessRecipe):
        assert len(recipe.repository.commit) == 40


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("gpu_gib = 13", "gpu_gb = 13", "gpu_gib: Field required"),
        ("gpu_gib = 13", "gpu_gib = 13\ncolour = 1", "colour: Extra inputs are not permitted"),
        ("frames = 16", "frames = 1", "native.frames: Input should be greater than or equal to 2"),
        ("c4533693", "main3693", "repository.commit: String should match pattern"),
        ('kind = "subprocess"', 'kind = "cloud"', 'kind: say "diffusers" or "subprocess"'),
        ('kind = "subprocess"', "", 'kind: say "diffusers" or "subprocess"'),
        ('name = "dynamicrafter"', 'name = "dynamo"', "it says 'dynamo', the file is called 'dynamicrafter'"),
        ("[native]", "[native", "It is not TOML"),
    ],
)
def test_a_mistake_is_named_with_its_place(old: str, new: str, problem: str, tmp_path: Path) -> None:
    path = changed(tmp_path, "dynamicrafter", old, new)

    with pytest.raises(RecipeProblem, match=r"dynamicrafter\.toml is no adapter") as raised:
        read_recipe(path)

    assert any(each.startswith(problem) or problem in each for each in raised.value.problems)


@pytest.mark.parametrize(
    ("name", "old", "new", "problem"),
    [
        ("dynamicrafter", '"{seed}"', '"{sead}"', "command: there is no placeholder {sead}"),
        ("dynamicrafter", "{stem}_sample0", "first_sample0", "must tell the clips of a run apart"),
        ("dynamicrafter", "out/samples_separate", "../samples_separate", "leads out of the work folder"),
        ("videocrafter", '"{prompts_file}"', '"prompts.txt"', "staging.prompts_file: the command never"),
        ("cinemo", 'config_file = "clips.yaml"', "", "config and config_file belong together"),
        ("cinemo", "{image_name}", "{image_nam}", "staging.config: there is no placeholder {image_nam}"),
        ("videocrafter", '"{prompts_file}"', '"{prompt}"', "{prompt} is one clip's, but a run makes 32"),
        (
            "ti2v-zero",
            "batch = 1",
            "batch = 2",
            "script.settings: {image}, {prompt} is one clip's, but a run",
        ),
        ("ti2v-zero", '"{script}"', '"demo_img2vid.py"', "the command never names {script}"),
        ("ti2v-zero", '"demo_img2vid.py"', '"../demo_img2vid.py"', "it leads out of the checkout"),
        ("ti2v-zero", '"{gpu}"', '"{cpu}"', "script.settings: there is no placeholder {cpu}"),
        ("ti2v-zero", "img_path =", '"img path" =', "img path is nothing that Python assigns to"),
        ("seine", '"{config_file}"', '"{script}"', "command: {script} needs a table [script]"),
        (
            "ltx-video",
            "frame_rate = 24",
            "frame_rat = 24",
            "call.frame_rat: LTXImageToVideoPipeline takes no",
        ),
        ("seine", 'into = "pretrained"', "", "it must say where in the checkout they belong"),
        ("ltx-video", "LTXImageToVideoPipeline", "LTXPipeline", "no image-to-video class LTXPipeline"),
        ("ltx-video", "LTXImageToVideoPipeline", "os", "no image-to-video class os"),
    ],
)
def test_check_finds_what_would_fail_later(
    name: str, old: str, new: str, problem: str, tmp_path: Path
) -> None:
    recipe = read_recipe(changed(tmp_path, name, old, new))

    assert any(problem in each for each in recipe_problems(recipe))


def test_a_class_that_names_its_arguments_otherwise_is_called_by_its_names(tmp_path: Path) -> None:
    path = changed(tmp_path, "ltx-video", "LTXImageToVideoPipeline", "SanaImageToVideoPipeline")
    recipe = read_recipe(path)
    assert isinstance(recipe, DiffusersRecipe)

    without = recipe_problems(recipe)
    named = recipe_problems(recipe.model_copy(update={"names": {"num_frames": "frames"}, "call": {}}))

    assert "names: SanaImageToVideoPipeline takes no argument 'num_frames'" in without
    assert named == []
