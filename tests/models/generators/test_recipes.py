"""Reading and checking adapters; the shipped adapters have no problems."""

from pathlib import Path

import pytest

from models.generators.adapter_entries import shipped_adapter
from models.generators.recipe_checks import recipe_problems
from models.generators.recipes import DiffusersRecipe, InvalidRecipe, SubprocessRecipe, read_recipe
from models.generators.registry import ADAPTERS


def changed(tmp_path: Path, name: str, old: str, new: str) -> Path:
    text = shipped_adapter(name).read_text()
    assert old in text
    path = tmp_path / f"{name}.toml"
    path.write_text(text.replace(old, new, 1))
    return path


def test_the_registry_lists_every_shipped_adapter() -> None:
    assert {path.stem for path in shipped_adapter("any").parent.glob("*.toml")} == set(ADAPTERS)


@pytest.mark.parametrize("name", ADAPTERS)
def test_a_shipped_adapter_has_no_problem(name: str) -> None:
    assert recipe_problems(read_recipe(shipped_adapter(name))) == []


@pytest.mark.parametrize("name", ADAPTERS)
def test_no_adapter_uses_a_branch_or_tag(name: str) -> None:
    recipe = read_recipe(shipped_adapter(name))

    assert all(len(weights.revision) in (0, 40) for weights in recipe.weights)
    if isinstance(recipe, SubprocessRecipe):
        assert len(recipe.repository.commit) == 40


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("gpu_gib = 13", "gpu_gb = 13", "gpu_gib: Field required"),
        ("gpu_gib = 13", "gpu_gib = 13\ncolour = 1", "colour: Extra inputs are not permitted"),
        ("gpu_gib = 13", "gpu_gib = nan", "gpu_gib: Input should be a finite number"),
        ("clip_s = 300", "clip_s = inf", "limits.clip_s: Input should be a finite number"),
        ("fps = 8", 'fps = "8/0"', "native.fps: Value error, expected a number, or a fraction"),
        ("frames = 16", "frames = 1", "native.frames: Input should be greater than or equal to 2"),
        ("c4533693", "main3693", "repository.commit: String should match pattern"),
        ('kind = "subprocess"', 'kind = "cloud"', 'kind: expected "diffusers", "subprocess" or "hosted"'),
        ('kind = "subprocess"', "", 'kind: expected "diffusers", "subprocess" or "hosted"'),
        ('name = "dynamicrafter"', 'name = "dynamo"', "'dynamo' must equal the file name 'dynamicrafter'"),
        ("[native]", "[native", "The file is not valid TOML"),
    ],
)
def test_a_mistake_is_reported_with_its_key(old: str, new: str, problem: str, tmp_path: Path) -> None:
    path = changed(tmp_path, "dynamicrafter", old, new)

    with pytest.raises(InvalidRecipe, match=r"dynamicrafter\.toml is not a valid adapter") as raised:
        read_recipe(path)

    assert any(each.startswith(problem) or problem in each for each in raised.value.problems)


@pytest.mark.parametrize(
    ("name", "old", "new", "problem"),
    [
        ("dynamicrafter", '"{seed}"', '"{sead}"', "command: unknown placeholder {sead}"),
        ("dynamicrafter", "{stem}_sample0", "first_sample0", "to distinguish the clips of a run"),
        ("dynamicrafter", "out/samples_separate", "../samples_separate", "must stay inside the work folder"),
        ("videocrafter", '"{prompts_file}"', '"prompts.txt"', "staging.prompts_file: the command does not"),
        ("cinemo", 'config_file = "clips.yaml"', "", "config and config_file must be set together"),
        ("cinemo", "{image_name}", "{image_nam}", "staging.config: unknown placeholder {image_nam}"),
        (
            "videocrafter",
            '"{prompts_file}"',
            '"{prompt}"',
            "{prompt} has one value per clip, but a run generates 32",
        ),
        (
            "ti2v-zero",
            "batch = 1",
            "batch = 2",
            "script.settings: {image}, {prompt} has one value per clip",
        ),
        ("ti2v-zero", '"{script}"', '"demo_img2vid.py"', "the command does not use {script}"),
        ("ti2v-zero", '"demo_img2vid.py"', '"../demo_img2vid.py"', "it must stay inside the checkout"),
        ("ti2v-zero", '"{gpu}"', '"{cpu}"', "script.settings: unknown placeholder {cpu}"),
        ("ti2v-zero", "img_path =", '"img path" =', "img path is not a valid assignment target in Python"),
        ("seine", '"{config_file}"', '"{script}"', "command: {script} needs a table [script]"),
        (
            "ltx-video",
            "frame_rate = 24",
            "frame_rat = 24",
            "call.frame_rat: LTXImageToVideoPipeline has no",
        ),
        ("seine", 'into = "pretrained"', "", "name the folder in the checkout"),
        ("ltx-video", "LTXImageToVideoPipeline", "LTXPipeline", "names: LTXPipeline has no argument 'image'"),
        ("ltx-video", "LTXImageToVideoPipeline", "os", "os is not a pipeline class of diffusers."),
        (
            "wan-2.2-ti2v-5b",
            "flow_shift = 5",
            "flow_shif = 5",
            "scheduler.settings.flow_shif: UniPCMultistep",
        ),
        ("wan-2.2-ti2v-5b", "UniPCMultistep", "UniPCMultistp", "Did you mean UniPCMultistepScheduler?"),
        (
            "framepack-i2v",
            'files = ["image_encoder/*", "feature_extractor/*"]',
            "",
            "components.files: lllyasviel/flux_redux_bfl needs the same revision and files",
        ),
        (
            "framepack-i2v",
            '"image_encoder"\nkind',
            '"eye"\nkind',
            "HunyuanVideoFramepackPipeline has no component",
        ),
        (
            "framepack-i2v",
            "SiglipVisionModel",
            "SiglipModl",
            "Neither diffusers nor transformers has a class",
        ),
    ],
)
def test_check_finds_mistakes_before_a_run(
    name: str, old: str, new: str, problem: str, tmp_path: Path
) -> None:
    recipe = read_recipe(changed(tmp_path, name, old, new))

    assert any(problem in each for each in recipe_problems(recipe))


def test_a_class_with_different_argument_names_is_called_with_its_own_names(tmp_path: Path) -> None:
    path = changed(tmp_path, "ltx-video", "LTXImageToVideoPipeline", "SanaImageToVideoPipeline")
    recipe = read_recipe(path)
    assert isinstance(recipe, DiffusersRecipe)

    without = recipe_problems(recipe)
    named = recipe_problems(
        recipe.model_copy(update={"names": {"num_frames": "frames"}, "call": {}, "official": {}})
    )

    assert "names: SanaImageToVideoPipeline has no argument 'num_frames'" in without
    assert named == []
