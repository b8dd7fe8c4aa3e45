"""Helios at toy size: a network with Wan's architecture that extends its own clip section by section."""

from diffusers import DiffusionPipeline, HeliosPipeline, HeliosScheduler, HeliosTransformer3DModel

from tests.models.generators.toys.parts import TEXT_CHANNELS, t5, tokenizer
from tests.models.generators.toys.wan import wan_vae


def helios() -> DiffusionPipeline:
    words = tokenizer()
    return HeliosPipeline(
        tokenizer=words,
        text_encoder=t5(len(words)),
        vae=wan_vae(),
        scheduler=HeliosScheduler(stages=1, stage_range=[0, 1], use_dynamic_shifting=True),
        transformer=HeliosTransformer3DModel(
            num_attention_heads=2,
            attention_head_dim=12,
            text_dim=TEXT_CHANNELS,
            freq_dim=64,
            ffn_dim=32,
            num_layers=1,
            rope_dim=(4, 4, 4),
        ),
    )
