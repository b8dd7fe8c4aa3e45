"""Modular pipelines: clear errors before a clip is generated."""

import json
import shutil
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest

from models.generators.base import CannotRun
from models.generators.diffusers_adapter import DiffusersGenerator
from models.generators.diffusers_classes import call_problems, pipeline_class
from models.generators.modular_classes import workflow_blocks
from models.generators.recipe_checks import recipe_problems
from models.generators.recipe_tables import Guider, Quantization
from models.generators.recipes import DiffusersRecipe, NativeTable
from tests.models.generators.toys.table import save_toy, toy_recipe

pytestmark = pytest.mark.filterwarnings(
    "ignore:.*torch.nn.utils.weight_norm. is deprecated:FutureWarning"  # the sound of MiniMax-H3
)
H3, LTX = "minimax-h3", "ltx-video"


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Return a function that saves a toy pipeline; each pipeline is saved once."""
    folder = tmp_path_factory.mktemp("toys")
    return lambda name: folder / name if (folder / name).exists() else save_toy(name, folder / name)


def ltx(**changes: object) -> DiffusersRecipe:
    own = {"pipeline": "LTXModularPipeline", "workflow": "image2video", "call": {}, "official": {}}
    return toy_recipe(LTX).model_copy(update=own | changes)


def h3(**changes: object) -> DiffusersRecipe:
    return toy_recipe(H3).model_copy(update=changes)


def native(width: int = 32, height: int = 32, frames: int = 124, fps: int = 24) -> NativeTable:
    return NativeTable(width=width, height=height, frames=frames, fps=Fraction(fps))


@pytest.mark.parametrize("missing", ["vae", "transformer", "tokenizer", "scheduler", "audio_vae"])
def test_a_missing_component_is_named(missing: str, saved: Callable[[str], Path], tmp_path: Path) -> None:
    shutil.copytree(saved(H3), tmp_path / "toy", ignore=shutil.ignore_patterns(missing))

    with pytest.raises(
        CannotRun, match=f"minimax-h3 cannot be loaded .*the component '{missing}' is missing"
    ):
        DiffusersGenerator(h3(), tmp_path / "toy").load("cpu", "auto")


def test_a_component_without_weights_is_missing(saved: Callable[[str], Path], tmp_path: Path) -> None:
    shutil.copytree(saved(H3), tmp_path / "toy")
    (tmp_path / "toy" / "vae" / "diffusion_pytorch_model.safetensors").unlink()

    with pytest.raises(CannotRun, match="the component 'vae' is missing"):
        DiffusersGenerator(h3(), tmp_path / "toy").load("cpu", "auto")


def test_a_component_in_another_place_is_not_loaded(saved: Callable[[str], Path], tmp_path: Path) -> None:
    shutil.copytree(saved(H3), tmp_path / "toy", ignore=shutil.ignore_patterns("vae"))
    index = tmp_path / "toy" / "modular_model_index.json"
    assert str(saved(H3)) in json.loads(index.read_text())["vae"][2].values()

    with pytest.raises(CannotRun, match="the component 'vae' is missing"):
        DiffusersGenerator(h3(), tmp_path / "toy").load("cpu", "auto")


@pytest.mark.parametrize(
    ("file", "content", "problem"),
    [
        ("vae/diffusion_pytorch_model.safetensors", b"<html>", "Unable to load vae"),
        ("transformer/config.json", b"{", "Unable to load transformer"),
        ("tokenizer/tokenizer.json", b"{", "Unable to load tokenizer"),
        ("modular_model_index.json", b"{", "modular_model_index.json"),
    ],
)
def test_a_broken_file_is_named(
    file: str, content: bytes, problem: str, saved: Callable[[str], Path], tmp_path: Path
) -> None:
    shutil.copytree(saved(H3), tmp_path / "toy")
    (tmp_path / "toy" / file).write_bytes(content)

    with pytest.raises(CannotRun, match=f"minimax-h3 cannot be loaded from .*{problem}"):
        DiffusersGenerator(h3(), tmp_path / "toy").load("cpu", "auto")


def test_a_folder_without_index_is_refused(saved: Callable[[str], Path], tmp_path: Path) -> None:
    shutil.copytree(saved(H3), tmp_path / "toy", ignore=shutil.ignore_patterns("modular_model_index.json"))

    with pytest.raises(CannotRun, match=r"Could not find or load 'modular_model_index\.json'"):
        DiffusersGenerator(h3(), tmp_path / "toy").load("cpu", "auto")


@pytest.mark.parametrize(
    ("form", "problem"),
    [
        (native(width=48), "native: width and height must be multiples of 32"),
        (native(height=40), "native: width and height must be multiples of 32"),
        (native(frames=125), "native.frames: the number of frames must be 17 * n + 5"),
        (native(frames=107), "native.frames: a clip must last from 5 s to 15 s"),
        (native(frames=362), "native.frames: a clip must last from 5 s to 15 s"),
        (native(fps=25), "native.fps: the model generates 24 frames per second only"),
    ],
)
def test_another_format_is_refused_before_a_run(
    form: NativeTable, problem: str, saved: Callable[[str], Path]
) -> None:
    assert problem in recipe_problems(h3(native=form))
    with pytest.raises(CannotRun) as raised:
        DiffusersGenerator(h3(native=form), saved(H3)).load("cpu", "auto")

    assert str(raised.value) == f"minimax-h3 cannot be loaded: {problem}"


@pytest.mark.parametrize(
    ("recipe", "problem"),
    [
        (
            h3(call={"negative_prompt": "static"}),
            "call.negative_prompt: MiniMaxH3ModularPipeline has no such argument",
        ),
        (
            h3(quotes=toy_recipe(LTX).quotes),
            "quotes.negative_prompt: MiniMaxH3ModularPipeline has no such argument",
        ),
        (
            h3(call={"guidance_scale": 5.0}),
            "call.guidance_scale: MiniMaxH3ModularPipeline has no such argument",
        ),
        (
            h3(workflow="t2va"),
            "names: MiniMaxH3ModularPipeline has no argument 'image'",
        ),
        (
            h3(workflow="i2v"),
            "workflow: MiniMaxH3ModularPipeline has no workflow 'i2v'; expected one of t2va, fl2va, ref2va",
        ),
        (
            h3(workflow=""),
            "workflow: MiniMaxH3ModularPipeline has no workflow ''; expected one of t2va, fl2va, ref2va",
        ),
        (
            h3(guider=Guider(settings={"guidance_scale": 3.0})),
            "guider: MiniMaxH3ModularPipeline has no guider",
        ),
        (h3(gpus=2), "gpus: a modular pipeline runs on one GPU"),
        (
            h3(quantization=Quantization(backend="torchao", components=("transformer",))),
            "quantization.backend: a modular pipeline supports only fp8",
        ),
        (
            ltx(guider=Guider(name="ClassifierFreeGuidanc")),
            "guider.name: ClassifierFreeGuidanc is not a guider class of diffusers. Did you mean "
            "ClassifierFreeGuidance?",
        ),
        (
            ltx(guider=Guider(name="ClassifierFreeGuidance", settings={"scale": 3.0})),
            "guider.settings.scale: ClassifierFreeGuidance has no such setting",
        ),
        (
            ltx(workflow="condition"),
            "workflow: LTXModularPipeline has no workflow 'condition'; expected one of",
        ),
    ],
)
def test_a_setting_that_the_pipeline_lacks_is_refused(
    recipe: DiffusersRecipe, problem: str, saved: Callable[[str], Path]
) -> None:
    assert any(each.startswith(problem) for each in recipe_problems(recipe))
    with pytest.raises(CannotRun) as raised:
        DiffusersGenerator(recipe, saved(recipe.name)).load("cpu", "auto")

    assert problem in str(raised.value)


def test_an_unknown_setting_of_the_guider_in_the_folder_is_named(saved: Callable[[str], Path]) -> None:
    recipe = ltx(guider=Guider(settings={"scale": 3.0}))

    with pytest.raises(CannotRun, match="ClassifierFreeGuidance has no setting 'scale'"):
        DiffusersGenerator(recipe, saved(LTX)).load("cpu", "auto")


@pytest.mark.parametrize("key", ["workflow", "guider"])
def test_an_ordinary_pipeline_has_no_workflow_and_no_guider(key: str) -> None:
    value: object = "image2video" if key == "workflow" else Guider()

    problems = call_problems(toy_recipe(LTX).model_copy(update={key: value}))

    assert problems == [f"{key}: LTXImageToVideoPipeline is not a modular pipeline"]


def test_a_class_without_blocks_is_refused() -> None:
    with pytest.raises(CannotRun, match="ModularPipeline has no blocks of its own"):
        workflow_blocks(pipeline_class("ModularPipeline"), "")  # type: ignore[arg-type]
