"""callback_on_step_end at toy size."""

from typing import Any

import pytest
import torch
from diffusers.callbacks import SDCFGCutoffCallback
from torch import Tensor

from models.motif.pipeline import MotifImageToVideoPipeline
from tests.models.motif.tiny import latents_of, toy_pipeline


@pytest.fixture
def pipeline() -> MotifImageToVideoPipeline:
    return toy_pipeline()


def test_the_callback_sees_every_step_and_can_replace_the_latents(
    pipeline: MotifImageToVideoPipeline,
) -> None:
    steps: list[tuple[int, int]] = []

    def report(
        _: MotifImageToVideoPipeline, step: int, timestep: Tensor, tensors: dict[str, Tensor]
    ) -> dict[str, Tensor]:
        steps.append((step, int(timestep)))
        return {"latents": torch.zeros_like(tensors["latents"])}

    output = latents_of(pipeline, num_inference_steps=3, callback_on_step_end=report)

    assert steps == [(0, 667), (1, 334), (2, 1)]
    assert not output.any()


@pytest.mark.parametrize("returned", [None, {}])
def test_a_callback_that_returns_nothing_changes_nothing(
    pipeline: MotifImageToVideoPipeline, returned: object
) -> None:
    output = latents_of(pipeline, callback_on_step_end=lambda *_: returned)

    assert torch.equal(output, latents_of(pipeline))


def test_a_callback_gets_the_tensors_it_asks_for(pipeline: MotifImageToVideoPipeline) -> None:
    shapes: list[dict[str, tuple[int, ...]]] = []

    def report(_: object, __: int, ___: Tensor, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
        shapes.append({name: tuple(tensor.shape) for name, tensor in tensors.items()})
        return tensors

    asked = pipeline._callback_tensor_inputs
    latents_of(pipeline, callback_on_step_end=report, callback_on_step_end_tensor_inputs=asked)

    # The embeddings of the negative prompt come first, so there are two.
    assert shapes == [{"latents": (1, 4, 4, 8, 8), "prompt_embeds": (2, 24, 16)}] * 2


def test_a_callback_can_turn_guidance_off(pipeline: MotifImageToVideoPipeline) -> None:
    def off(running: Any, _: int, __: Tensor, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
        running._guidance_scale = 1.0
        return {"prompt_embeds": tensors["prompt_embeds"].chunk(2)[-1]}

    batches: list[int] = []
    pipeline.unet.register_forward_pre_hook(lambda _, inputs: batches.append(len(inputs[0])))

    latents_of(pipeline, callback_on_step_end=off, callback_on_step_end_tensor_inputs=["prompt_embeds"])

    assert batches == [2, 1]
    assert pipeline.guidance_scale == 1.0
    assert pipeline.num_timesteps == 2


def test_diffusers_own_callbacks_work(pipeline: MotifImageToVideoPipeline) -> None:
    batches: list[int] = []
    pipeline.unet.register_forward_pre_hook(lambda _, inputs: batches.append(len(inputs[0])))
    cutoff = SDCFGCutoffCallback(cutoff_step_ratio=None, cutoff_step_index=0)

    latents_of(pipeline, num_inference_steps=3, callback_on_step_end=cutoff)

    assert batches == [2, 1, 1]


def test_a_callback_can_stop_sampling(pipeline: MotifImageToVideoPipeline) -> None:
    def stop(running: Any, *_: object) -> None:
        running._interrupt = True

    calls: list[int] = []
    pipeline.unet.register_forward_pre_hook(lambda *_: calls.append(1))
    latents_of(pipeline, num_inference_steps=3, callback_on_step_end=stop)

    assert pipeline.interrupt
    assert len(calls) == 1


@pytest.mark.parametrize("names", [["noise"], "latents", ["latents", "vae"]])
def test_an_unknown_tensor_is_refused(pipeline: MotifImageToVideoPipeline, names: object) -> None:
    with pytest.raises(ValueError, match="expected a list of some of latents, prompt_embeds"):
        latents_of(pipeline, callback_on_step_end_tensor_inputs=names)


def test_a_callback_that_returns_an_unknown_tensor_is_refused(pipeline: MotifImageToVideoPipeline) -> None:
    with pytest.raises(ValueError, match="callback_on_step_end returned latent; expected some of latents"):
        latents_of(pipeline, callback_on_step_end=lambda *_: {"latent": torch.zeros(1)})
