"""Scheduler, LoRAs, components, number types and user classes of a recipe, with one toy pipeline."""

import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import torch
from diffusers import DiffusionPipeline, LTXImageToVideoPipeline
from safetensors.torch import save_file
from torch import Tensor

from models.generators.base import CannotRun, ClipRequest, Frames
from models.generators.diffusers_adapter import DiffusersGenerator
from models.generators.diffusers_classes import pipeline_class
from models.generators.enums import DType
from models.generators.pipeline_loader import load_pipeline, store_as_fp8
from models.generators.recipe_tables import ArgumentOrList, Quantization, Scheduler
from models.generators.recipe_weights import ComponentWeights, LoraWeights
from models.generators.recipes import DiffusersRecipe
from tests.models.generators.requests import picture
from tests.models.generators.toys.table import save_toy, toy_recipe

LAYER = "transformer.transformer_blocks.0.attn1.to_q"
LORA = LoraWeights(source="owner/lora", gb=0.1, licence="MIT", file="lora.safetensors", scale=0.5)


class OwnPipeline(LTXImageToVideoPipeline):
    """A pipeline class that a user has written."""


class OpenPipeline(OwnPipeline):
    """A pipeline class whose call takes its arguments through `**kwargs`."""

    def __call__(self, **kwargs: object) -> object:
        return super().__call__(**kwargs)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_toy("ltx-video", tmp_path_factory.mktemp("toy"))


def recipe(**changes: object) -> DiffusersRecipe:
    return toy_recipe("ltx-video").model_copy(update=changes)


def load(folder: Path, own: DiffusersRecipe, **parts: Path) -> DiffusionPipeline:
    named = {name.replace("__", "/"): path for name, path in parts.items()}
    return load_pipeline(own, folder, named, device="cpu", dtype=DType.FLOAT32)


def weight(pipeline: DiffusionPipeline) -> Tensor:
    found: Tensor = pipeline.transformer.transformer_blocks[0].attn1.to_q.weight
    return found


def clip(folder: Path, own: DiffusersRecipe, requests: Sequence[ClipRequest]) -> list[Frames]:
    generator = DiffusersGenerator(own, folder)
    generator.load("cpu", "auto")
    return [each.frames for each in generator.generate(requests)]


def test_the_scheduler_of_the_recipe_replaces_that_of_the_weights(folder: Path) -> None:
    own = Scheduler(name="UniPCMultistepScheduler", settings={"flow_shift": 3.0, "use_flow_sigmas": True})

    pipeline = load(folder, recipe(scheduler=own))

    assert type(pipeline.scheduler).__name__ == "UniPCMultistepScheduler"
    assert pipeline.scheduler.config.flow_shift == 3.0


@pytest.mark.parametrize(
    ("own", "problem"),
    [
        (
            Scheduler(settings={"flow_shift": 3.0}),
            "FlowMatchEulerDiscreteScheduler has no setting 'flow_shift'",
        ),
        (Scheduler(name="UniPCMultistepSchedule"), "Did you mean UniPCMultistepScheduler?"),
        (Scheduler(name="LTXPipeline"), "LTXPipeline is not a scheduler class"),
    ],
)
def test_a_wrong_scheduler_is_named(folder: Path, own: Scheduler, problem: str) -> None:
    with pytest.raises(CannotRun) as raised:
        load(folder, recipe(scheduler=own))

    assert problem in str(raised.value)


@pytest.mark.parametrize(
    ("call", "problem"),
    [
        ({"num_inference_steps": (50, 40)}, "call.num_inference_steps: expected one number, not a list"),
        ({"num_inference_steps": "fifty"}, "call.num_inference_steps: expected a number, not 'fifty'"),
        ({"negative_prompt": ("static", "blurry")}, "call.negative_prompt: expected a text, not"),
        ({"frame_rat": 24}, "call.frame_rat: LTXImageToVideoPipeline has no such argument"),
    ],
)
def test_a_wrong_argument_is_named_before_the_weights_are_loaded(
    tmp_path: Path, call: dict[str, ArgumentOrList], problem: str
) -> None:
    with pytest.raises(CannotRun) as raised:
        load(tmp_path / "no weights", recipe(call=call, quotes={}))

    assert str(raised.value).startswith(f"ltx-video cannot be loaded: {problem}")


def test_a_lora_is_added_to_the_weights(folder: Path, tmp_path: Path) -> None:
    before = weight(load(folder, recipe())).clone()
    rows, columns = before.shape
    down, up = torch.ones(2, columns), torch.full((rows, 2), 0.25)
    save_file({f"{LAYER}.lora_A.weight": down, f"{LAYER}.lora_B.weight": up}, tmp_path / "lora.safetensors")

    after = weight(load(folder, recipe(loras=(LORA,)), owner__lora=tmp_path))

    # 0.5 times the sum over two ranks of 1 times 0.25.
    torch.testing.assert_close(after, before + 0.25)


@pytest.mark.parametrize(
    ("tensors", "problem"),
    [
        (
            {f"{LAYER}.lora_A.weight": torch.ones(2, 5), f"{LAYER}.lora_B.weight": torch.ones(3, 2)},
            r"layer transformer\..*to_q has the shape \(32, 32\), but the LoRA has the shape \(3, 5\)",
        ),
        (
            {f"{LAYER}.lora_A.weight": torch.ones(3, 32), f"{LAYER}.lora_B.weight": torch.ones(32, 2)},
            r"is damaged: .* have the shapes \(3, 32\) and \(32, 2\), which cannot be multiplied",
        ),
        (
            {"transformer.no_layer.lora_A.weight": torch.ones(2, 5)},
            r"does not fit this model: there is no layer transformer\.no_layer",
        ),
        ({"transformer.weight": torch.ones(2)}, "is not a LoRA that can be merged: it has 1 other tensors"),
        (None, "cannot be read"),
    ],
)
def test_a_lora_that_does_not_fit_is_refused(
    folder: Path, tmp_path: Path, tensors: dict[str, Tensor] | None, problem: str
) -> None:
    if tensors is None:
        (tmp_path / "lora.safetensors").write_bytes(b"<html>")
    else:
        save_file(tensors, tmp_path / "lora.safetensors")

    with pytest.raises(CannotRun, match=problem):
        load(folder, recipe(loras=(LORA,)), owner__lora=tmp_path)


def test_a_component_comes_from_its_own_repository(folder: Path, tmp_path: Path) -> None:
    other = load(folder, recipe()).transformer
    with torch.no_grad():
        other.transformer_blocks[0].attn1.to_q.weight.fill_(0.125)
    other.save_pretrained(tmp_path / "other" / "transformer", safe_serialization=True)
    shutil.copytree(folder, tmp_path / "base", ignore=shutil.ignore_patterns("transformer"))
    own = ComponentWeights(
        component="transformer",
        kind="LTXVideoTransformer3DModel",
        source="owner/other",
        subfolder="transformer",
        gb=1,
        licence="MIT",
    )

    pipeline = load(tmp_path / "base", recipe(components=(own,)), owner__other=tmp_path / "other")

    assert weight(pipeline).unique().tolist() == [0.125]


def test_weights_in_8_bits_still_make_a_clip(folder: Path, tmp_path: Path) -> None:
    own = recipe(quantization=Quantization(backend="fp8", components=("transformer",)))
    pipeline = load(folder, own)
    image = torch.zeros(1, 3, 32, 32)

    store_as_fp8(pipeline, own)
    frames = pipeline(image=image, prompt="A cat.", height=32, width=32, num_frames=9, num_inference_steps=1)

    assert weight(pipeline).dtype == torch.float8_e4m3fn
    assert len(frames.frames[0]) == 9


def test_a_class_of_an_installed_package_can_be_named(folder: Path) -> None:
    name = f"{OwnPipeline.__module__}:OwnPipeline"

    assert pipeline_class(name) is OwnPipeline
    assert type(load(folder, recipe(pipeline=name))) is OwnPipeline


def test_a_class_that_takes_its_arguments_through_kwargs_makes_a_clip(folder: Path, tmp_path: Path) -> None:
    own = recipe(pipeline=f"{OpenPipeline.__module__}:OpenPipeline")

    (frames,) = clip(folder, own, [ClipRequest("a", picture(tmp_path), "The kite sinks.", 3)])

    assert len(frames) == 9


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("os:path", "os:path is not a pipeline class"),
        ("no_such_module:Class", "The module no_such_module of no_such_module:Class cannot be imported"),
        ("a b:c", "write module:Class"),
        ("LTXImageToVideoPipline", "Did you mean LTXImageToVideoPipeline?"),
    ],
)
def test_a_wrong_class_is_named(name: str, problem: str) -> None:
    with pytest.raises(CannotRun) as raised:
        pipeline_class(name)

    assert problem in str(raised.value)


def test_a_negative_prompt_changes_the_clips_of_a_batch(folder: Path, tmp_path: Path) -> None:
    asked = [ClipRequest(name, picture(tmp_path, name=name), "The kite sinks.", 3) for name in ("a", "b")]
    own, without = recipe(), recipe(quotes={})

    first, second = clip(folder, own, asked), clip(folder, without, asked)

    assert np.abs(first[0].astype(int) - second[0].astype(int)).mean() > 0.05
    assert np.abs(first[0].astype(int) - first[1].astype(int)).mean() < 0.3
