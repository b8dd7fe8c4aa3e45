"""Modular pipelines generate the same clips as the ordinary pipelines of the same model."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from models.generators.base import ClipRequest, Frames
from models.generators.diffusers_adapter import DiffusersGenerator
from models.generators.enums import DType
from models.generators.pipeline_loader import load_pipeline
from models.generators.recipe_tables import Guider, Scheduler
from models.generators.recipe_weights import ComponentWeights, LoraWeights
from models.generators.recipes import DiffusersRecipe
from tests.models.generators.requests import picture
from tests.models.generators.toys.table import save_toy, toy_recipe

pytestmark = pytest.mark.filterwarnings(
    "ignore:.*torch.nn.utils.weight_norm. is deprecated:FutureWarning"  # the sound of MiniMax-H3
)
H3, LTX = "minimax-h3", "ltx-video"
LAYER = "transformer.transformer_blocks.0.attn1.to_q"
LORA = LoraWeights(source="owner/lora", gb=0.1, licence="MIT", file="lora.safetensors")


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Return a function that saves a toy pipeline; each pipeline is saved once."""
    folder = tmp_path_factory.mktemp("toys")
    return lambda name: folder / name if (folder / name).exists() else save_toy(name, folder / name)


def modular(name: str, kind: str, **changes: object) -> DiffusersRecipe:
    """Return the toy recipe of an ordinary pipeline, changed to the modular pipeline of the same model."""
    recipe = toy_recipe(name)
    call = {key: value for key, value in recipe.call.items() if not key.startswith("guidance_scale")}
    own = {"pipeline": kind, "workflow": "image2video", "batches": False, "call": call, "official": {}}
    return recipe.model_copy(update=own | changes)


def ltx(**changes: object) -> DiffusersRecipe:
    return modular(LTX, "LTXModularPipeline", **changes)


def clip(recipe: DiffusersRecipe, folder: Path, tmp_path: Path, **parts: Path) -> Frames:
    named = {name.replace("__", "/"): path for name, path in parts.items()}
    generator = DiffusersGenerator(recipe, folder, parts=named)
    generator.load("cpu", "auto")
    (made,) = generator.generate([ClipRequest("pair", picture(tmp_path), "The kite sinks.", 3)])
    return made.frames


@pytest.mark.parametrize(
    ("name", "kind"), [(LTX, "LTXModularPipeline"), ("wan-2.1-i2v-14b-480p", "WanImage2VideoModularPipeline")]
)
def test_a_modular_pipeline_generates_the_clip_of_the_ordinary_pipeline(
    name: str, kind: str, saved: Callable[[str], Path], tmp_path: Path
) -> None:
    scale = toy_recipe(name).call["guidance_scale"]
    guider = Guider(name="ClassifierFreeGuidance", settings={"guidance_scale": scale})

    ordinary = clip(toy_recipe(name).model_copy(update={"batches": False}), saved(name), tmp_path)
    other = clip(modular(name, kind, guider=guider), saved(name), tmp_path)

    np.testing.assert_array_equal(ordinary, other)


def test_the_provenance_states_workflow_and_guidance(saved: Callable[[str], Path], tmp_path: Path) -> None:
    generator = DiffusersGenerator(ltx(guider=Guider(settings={"guidance_scale": 2.0})), saved(LTX))
    generator.load("cpu", "auto")

    (made,) = generator.generate([ClipRequest("pair", picture(tmp_path), "The kite sinks.", 3)])

    assert (made.provenance.steps, made.provenance.guidance) == (2, 2.0)
    assert made.provenance.settings["workflow"] == "image2video"
    assert made.provenance.settings["guider.guidance_scale"] == "2.0"


def test_guidance_changes_the_clip(saved: Callable[[str], Path], tmp_path: Path) -> None:
    strong, weak = (
        clip(ltx(guider=Guider(settings={"guidance_scale": scale})), saved(LTX), tmp_path)
        for scale in (9.0, 2.0)
    )

    assert (strong != weak).any()


def test_scheduler_lora_and_component_of_a_recipe_are_used(
    saved: Callable[[str], Path], tmp_path: Path
) -> None:
    matrices = {f"{LAYER}.lora_A.weight": torch.ones(2, 32), f"{LAYER}.lora_B.weight": torch.ones(32, 2)}
    save_file(matrices, tmp_path / "lora.safetensors")
    shutil.copytree(saved(LTX), tmp_path / "base", ignore=shutil.ignore_patterns("transformer"))
    component = ComponentWeights(
        component="transformer",
        kind="LTXVideoTransformer3DModel",
        source="owner/other",
        subfolder="transformer",
        gb=1,
        licence="MIT",
    )
    recipe = ltx(components=(component,), loras=(LORA,), scheduler=Scheduler(settings={"shift": 2.0}))
    parts = {"owner/other": saved(LTX), "owner/lora": tmp_path}
    before = load_file(saved(LTX) / "transformer" / "diffusion_pytorch_model.safetensors")

    pipeline = load_pipeline(recipe, tmp_path / "base", parts, device="cpu", dtype=DType.FLOAT32)

    assert pipeline.scheduler.config.shift == 2.0
    name = LAYER.removeprefix("transformer.") + ".weight"
    torch.testing.assert_close(pipeline.transformer.get_parameter(name), before[name] + 2)


def test_the_addresses_in_the_index_of_a_hub_repository_are_not_used(
    saved: Callable[[str], Path], tmp_path: Path
) -> None:
    shutil.copytree(saved(H3), tmp_path / "toy")
    path = tmp_path / "toy" / "modular_model_index.json"
    index = json.loads(path.read_text())
    for entry in index.values():
        if isinstance(entry, list):
            entry[2] |= {"pretrained_model_name_or_path": "owner/name", "revision": "a" * 40}
    # The repository also contains the transformer of another workflow, which nobody downloads.
    index["transformer_ref"] = [*index["transformer"][:2], {**index["transformer"][2], "subfolder": "ref"}]
    path.write_text(json.dumps(index))

    made = clip(toy_recipe(H3), tmp_path / "toy", tmp_path)

    np.testing.assert_array_equal(made, clip(toy_recipe(H3), saved(H3), tmp_path))


def test_loading_and_generating_show_no_progress_of_the_pipeline(
    saved: Callable[[str], Path], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    generator = DiffusersGenerator(toy_recipe(H3), saved(H3))
    generator.load("cpu", "auto")
    capfd.readouterr()

    list(generator.generate([ClipRequest("pair", picture(tmp_path), "The kite sinks.", 3)]))

    assert "it/s" not in capfd.readouterr().err
