"""Wan 2.1, Wan 2.2 with its two experts, and SkyReels-V2, which is of the same build."""

from collections.abc import Callable

from diffusers import (
    AutoencoderKLWan,
    DiffusionPipeline,
    FlowMatchEulerDiscreteScheduler,
    ModelMixin,
    SkyReelsV2ImageToVideoPipeline,
    SkyReelsV2Transformer3DModel,
    UniPCMultistepScheduler,
    WanImageToVideoPipeline,
    WanTransformer3DModel,
)

from tests.models.generators.toys.parts import TEXT_CHANNELS, image_processor, t5, tokenizer, vision_encoder

IMAGE_CHANNELS = 4


def wan() -> DiffusionPipeline:
    words = tokenizer()
    return WanImageToVideoPipeline(
        tokenizer=words,
        text_encoder=t5(len(words)),
        vae=wan_vae(),
        scheduler=FlowMatchEulerDiscreteScheduler(shift=7.0),
        image_processor=image_processor(),
        image_encoder=vision_encoder(IMAGE_CHANNELS),
        transformer=wan_transformer(WanTransformer3DModel, image_dim=IMAGE_CHANNELS),
    )


def wan_with_two_experts() -> DiffusionPipeline:
    words = tokenizer()
    return WanImageToVideoPipeline(
        tokenizer=words,
        text_encoder=t5(len(words)),
        vae=wan_vae(),
        scheduler=FlowMatchEulerDiscreteScheduler(shift=7.0),
        transformer=wan_transformer(WanTransformer3DModel),
        transformer_2=wan_transformer(WanTransformer3DModel),
        boundary_ratio=0.9,
    )


def skyreels_v2() -> DiffusionPipeline:
    words = tokenizer()
    return SkyReelsV2ImageToVideoPipeline(
        tokenizer=words,
        text_encoder=t5(len(words)),
        image_encoder=vision_encoder(IMAGE_CHANNELS),
        image_processor=image_processor(),
        transformer=wan_transformer(SkyReelsV2Transformer3DModel, image_dim=IMAGE_CHANNELS),
        vae=wan_vae(),
        scheduler=UniPCMultistepScheduler(
            flow_shift=5.0, use_flow_sigmas=True, prediction_type="flow_prediction"
        ),
    )


def wan_vae() -> AutoencoderKLWan:
    return AutoencoderKLWan(
        base_dim=4, z_dim=16, dim_mult=[1, 1, 1, 1], num_res_blocks=1, temperal_downsample=[False, True, True]
    )


def wan_transformer(kind: Callable[..., ModelMixin], *, image_dim: int | None = None) -> ModelMixin:
    return kind(
        patch_size=(1, 2, 2),
        num_attention_heads=2,
        attention_head_dim=12,
        in_channels=36,
        out_channels=16,
        text_dim=TEXT_CHANNELS,
        freq_dim=64,
        ffn_dim=32,
        num_layers=1,
        cross_attn_norm=True,
        qk_norm="rms_norm_across_heads",
        rope_max_seq_len=32,
        image_dim=image_dim,
    )
