"""The behaviour of all diffusers pipelines, as in the common tests of diffusers, at toy size."""

import inspect
from pathlib import Path

import numpy as np
import pytest
import torch
from accelerate import cpu_offload
from diffusers.pipelines.pipeline_utils import DiffusionPipeline
from diffusers.schedulers.scheduling_euler_discrete import EulerDiscreteScheduler
from torch import Tensor, nn

from models.motif.outputs import MotifPipelineOutput
from models.motif.pipeline import MotifImageToVideoPipeline
from models.motif.scheduler import MotifDDIMScheduler
from tests.models.motif.tiny import (
    PROMPTS,
    generators,
    latents_of,
    random_image,
    toy_pipeline,
    with_image_tokens,
    without_progress_bar,
)

# The arguments of diffusers' image-to-video pipelines.
COMMON_ARGUMENTS = {
    "image",
    "prompt",
    "negative_prompt",
    "height",
    "width",
    "num_frames",
    "num_inference_steps",
    "guidance_scale",
    "num_videos_per_prompt",
    "generator",
    "latents",
    "prompt_embeds",
    "negative_prompt_embeds",
    "output_type",
    "return_dict",
    "callback_on_step_end",
    "callback_on_step_end_tensor_inputs",
}


def new_pipeline(conditioning: str) -> MotifImageToVideoPipeline:
    return toy_pipeline() if conditioning == "x-cat" else with_image_tokens(toy_pipeline(), conditioning)


@pytest.fixture(params=["x-cat", "both"])
def pipeline(request: pytest.FixtureRequest) -> MotifImageToVideoPipeline:
    return new_pipeline(request.param)


@pytest.fixture(scope="module")
def expected_latents() -> dict[bool, Tensor]:
    """Return the latents of the unchanged pipelines; the key states whether the network uses image tokens."""
    return {name == "both": latents_of(new_pipeline(name)) for name in ("x-cat", "both")}


def difference(
    pipeline: MotifImageToVideoPipeline, expected_latents: dict[bool, Tensor], **arguments: object
) -> float:
    """Return the largest difference from the latents of the unchanged pipeline."""
    expected = expected_latents[pipeline.unet.conditioning.attends]
    return float((latents_of(pipeline, **arguments) - expected).abs().max())


def test_the_call_has_the_arguments_of_diffusers_image_to_video_pipelines() -> None:
    parameters = inspect.signature(MotifImageToVideoPipeline.__call__).parameters

    assert set(parameters) >= COMMON_ARGUMENTS
    assert all(
        parameters[name].default is not inspect.Parameter.empty for name in COMMON_ARGUMENTS - {"image"}
    )


def test_the_components_build_the_same_pipeline(
    pipeline: MotifImageToVideoPipeline, expected_latents: dict[bool, Tensor]
) -> None:
    copy = MotifImageToVideoPipeline(**pipeline.components, height=32, width=32, num_frames=4)

    assert difference(without_progress_bar(copy), expected_latents) == 0


def test_a_batch_gives_the_clips_of_single_calls(pipeline: MotifImageToVideoPipeline) -> None:
    images = [random_image(1), random_image(2)]
    batch = latents_of(pipeline, image=images, prompt=PROMPTS, generator=generators(1, 2))

    single = latents_of(pipeline, image=images[1], prompt=PROMPTS[1], generator=generators(2))

    # Matrix products on the CPU depend on the number of rows. Measured: 2e-6.
    assert (batch[1] - single[0]).abs().max() < 1e-4


@pytest.mark.parametrize(("images", "videos"), [(1, 1), (2, 1), (1, 2), (2, 2)])
def test_there_are_num_videos_per_prompt_clips_per_image(
    images: int, videos: int, expected_latents: dict[bool, Tensor]
) -> None:
    latents = latents_of(
        toy_pipeline(),
        image=[random_image()] * images,
        prompt=[PROMPTS[0]] * images,
        num_videos_per_prompt=videos,
        generator=generators(*range(images * videos)),
    )

    assert len(latents) == images * videos
    assert (latents[0] - expected_latents[False][0]).abs().max() < 1e-4


def test_return_dict_false_returns_a_tuple(pipeline: MotifImageToVideoPipeline) -> None:
    arguments = {"image": random_image(), "prompt": PROMPTS[0], "num_inference_steps": 1}
    output = pipeline(**arguments, generator=generators(0))

    in_tuple = pipeline(**arguments, generator=generators(0), return_dict=False)

    assert isinstance(output, MotifPipelineOutput)
    assert isinstance(in_tuple, tuple)
    assert len(in_tuple) == 1
    assert np.array_equal(in_tuple[0], output.frames)
    assert np.array_equal(output[0], output.frames)


def test_diffusers_loads_a_stored_pipeline_by_its_class_name(
    pipeline: MotifImageToVideoPipeline, expected_latents: dict[bool, Tensor], tmp_path: Path
) -> None:
    pipeline.save_pretrained(tmp_path)

    loaded = DiffusionPipeline.from_pretrained(tmp_path)

    assert isinstance(loaded, MotifImageToVideoPipeline)
    assert difference(without_progress_bar(loaded), expected_latents) == 0


def test_a_pipeline_without_a_text_encoder_accepts_embeddings(
    expected_latents: dict[bool, Tensor], tmp_path: Path
) -> None:
    pipeline = toy_pipeline()
    pipeline.save_pretrained(tmp_path)
    positive, negative = pipeline.encode_prompt(PROMPTS[0])

    loaded = DiffusionPipeline.from_pretrained(tmp_path, text_encoder=None, tokenizer=None)

    embeddings = {"prompt_embeds": positive, "negative_prompt_embeds": negative}
    assert difference(without_progress_bar(loaded), expected_latents, **embeddings) == 0
    with pytest.raises(
        ValueError, match="no text_encoder or no tokenizer to encode the prompt; pass prompt_embeds"
    ):
        latents_of(loaded)


def test_a_stored_pipeline_keeps_another_scheduler_and_the_scale_of_the_latents(tmp_path: Path) -> None:
    pipeline = toy_pipeline()
    pipeline.scheduler = EulerDiscreteScheduler.from_config(MotifDDIMScheduler(scale_b=0.7).config)
    pipeline.save_pretrained(tmp_path)

    loaded = MotifImageToVideoPipeline.from_pretrained(tmp_path)

    assert isinstance(loaded.scheduler, EulerDiscreteScheduler)
    assert loaded.scheduler.config["scale_b"] == 0.7


def test_from_pipe_shares_the_components(
    pipeline: MotifImageToVideoPipeline, expected_latents: dict[bool, Tensor]
) -> None:
    other = MotifImageToVideoPipeline.from_pipe(pipeline)

    assert all(getattr(other, name) is component for name, component in pipeline.components.items())
    assert other.config["height"] == 32
    assert difference(without_progress_bar(other), expected_latents) == 0


def test_from_pipe_can_replace_a_component(pipeline: MotifImageToVideoPipeline) -> None:
    scheduler = MotifDDIMScheduler(prediction_type="epsilon")

    other = MotifImageToVideoPipeline.from_pipe(pipeline, scheduler=scheduler)

    assert other.scheduler is scheduler
    assert pipeline.scheduler is not scheduler


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_half_precision_gives_nearly_the_same_clip(
    pipeline: MotifImageToVideoPipeline,
    expected_latents: dict[bool, Tensor],
    dtype: torch.dtype,
    tmp_path: Path,
) -> None:
    pipeline.to(dtype)
    pipeline.save_pretrained(tmp_path)

    loaded = without_progress_bar(MotifImageToVideoPipeline.from_pretrained(tmp_path, dtype=dtype))

    modules = [each for each in loaded.components.values() if isinstance(each, nn.Module)]
    assert {module.dtype for module in modules} == {dtype}
    # Measured: 0.01 in float16 and 0.11 in bfloat16, for latents of up to 2.5.
    assert difference(loaded, expected_latents) < 0.3


def test_attention_in_slices_gives_the_same_clip(
    pipeline: MotifImageToVideoPipeline, expected_latents: dict[bool, Tensor]
) -> None:
    pipeline.enable_attention_slicing("max")
    sliced = difference(pipeline, expected_latents)
    pipeline.disable_attention_slicing()

    assert 0 < sliced < 1e-4, "slices round differently"
    assert difference(pipeline, expected_latents) == 0


def test_model_cpu_offload_gives_the_same_clip_twice(
    pipeline: MotifImageToVideoPipeline, expected_latents: dict[bool, Tensor]
) -> None:
    pipeline.enable_model_cpu_offload(device="cpu")

    assert difference(pipeline, expected_latents) == 0
    assert difference(pipeline, expected_latents) == 0
    hooked = [name for name, each in pipeline.components.items() if hasattr(each, "_hf_hook")]
    modules = [name for name, each in pipeline.components.items() if isinstance(each, nn.Module)]
    assert hooked == modules


def test_models_whose_weights_are_loaded_layer_by_layer_give_the_same_clip(
    pipeline: MotifImageToVideoPipeline, expected_latents: dict[bool, Tensor]
) -> None:
    # As in `enable_sequential_cpu_offload`, which needs a GPU: between calls the weights are on the device
    # "meta", so inputs moved to a model's own device would be lost.
    for module in pipeline.components.values():
        if isinstance(module, nn.Module):
            cpu_offload(module, torch.device("cpu"), offload_buffers=bool(module._parameters))

    assert pipeline.unet.device.type == "meta"
    assert difference(pipeline, expected_latents) == 0
    assert difference(pipeline, expected_latents) == 0


def test_the_progress_bar_counts_the_steps(capsys: pytest.CaptureFixture[str]) -> None:
    pipeline = toy_pipeline()
    pipeline.set_progress_bar_config(disable=False)

    latents_of(pipeline)

    assert "2/2" in capsys.readouterr().err
