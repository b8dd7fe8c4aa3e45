"""Cosmos-Predict2 and Cosmos3 at toy size; a stand-in replaces NVIDIA's guardrail package."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np
import pytest
from diffusers import (
    Cosmos2VideoToWorldPipeline,
    Cosmos3OmniPipeline,
    Cosmos3OmniTransformer,
    CosmosTransformer3DModel,
    DiffusionPipeline,
    FlowMatchEulerDiscreteScheduler,
    UniPCMultistepScheduler,
)
from numpy.typing import NDArray

from tests.models.generators.toys.hunyuan import CHAT
from tests.models.generators.toys.parts import TEXT_CHANNELS, chat_tokenizer, t5, tokenizer
from tests.models.generators.toys.wan import wan_vae


class StandInGuardrail:
    """A guardrail with the methods of `cosmos_guardrail.CosmosSafetyChecker` that the pipeline class calls.

    Attributes:
        prompts: the prompts that the guardrail has checked.
        clips: the shapes of the clips that the guardrail has checked.
    """

    def __init__(self, *, prompts_pass: bool = True, clips_pass: bool = True) -> None:
        self.prompts: list[str] = []
        self.clips: list[tuple[int, ...]] = []
        self._prompts_pass = prompts_pass
        self._clips_pass = clips_pass

    def to(self, device: object) -> None:
        """Do nothing, because there are no weights."""

    def check_text_safety(self, prompt: str) -> bool:
        self.prompts.append(prompt)
        return self._prompts_pass

    def check_video_safety(self, frames: NDArray[np.uint8]) -> NDArray[np.uint8] | None:
        self.clips.append(frames.shape)
        return frames if self._clips_pass else None


@contextmanager
def guardrail(made: Callable[[], StandInGuardrail]) -> Iterator[None]:
    """Inside the block, pipeline classes create this guardrail instead of NVIDIA's guardrail."""
    with pytest.MonkeyPatch.context() as patch:
        for module in ("pipeline_cosmos2_video2world", "pipeline_cosmos3_omni"):
            patch.setattr(f"diffusers.pipelines.cosmos.{module}.CosmosSafetyChecker", made)
        yield


def cosmos(*, padding_mask: bool = False) -> DiffusionPipeline:
    """Return the pipeline.

    Args:
        padding_mask: whether the network has a padding mask, as the published network; it then needs
            torchvision.
    """
    words = tokenizer()
    return Cosmos2VideoToWorldPipeline(
        text_encoder=t5(len(words)),
        tokenizer=words,
        transformer=CosmosTransformer3DModel(
            in_channels=17,
            out_channels=16,
            num_attention_heads=2,
            attention_head_dim=16,
            num_layers=1,
            mlp_ratio=2,
            text_embed_dim=TEXT_CHANNELS,
            adaln_lora_dim=4,
            max_size=(4, 32, 32),
            concat_padding_mask=padding_mask,
            extra_pos_embed_type=None,
        ),
        vae=wan_vae(),
        scheduler=FlowMatchEulerDiscreteScheduler(use_karras_sigmas=True),
        safety_checker=StandInGuardrail(),
    )


def cosmos3() -> DiffusionPipeline:
    """Return the Cosmos3 pipeline, in which the denoising network itself reads the prompt."""
    words = chat_tokenizer("<|im_start|>", "<|im_end|>", "<|vision_start|>")
    words.chat_template = CHAT
    latent_channels = 16
    return Cosmos3OmniPipeline(
        text_tokenizer=words,
        transformer=Cosmos3OmniTransformer(
            hidden_size=32,
            head_dim=16,
            intermediate_size=32,
            latent_channel=latent_channels,
            patch_latent_dim=4 * latent_channels,
            num_attention_heads=2,
            num_key_value_heads=1,
            num_hidden_layers=1,
            rope_axes_dim=(4, 2, 2),
            vocab_size=len(words),
        ),
        vae=wan_vae(),
        scheduler=UniPCMultistepScheduler(use_flow_sigmas=True, prediction_type="flow_prediction"),
        safety_checker=StandInGuardrail(),
    )
