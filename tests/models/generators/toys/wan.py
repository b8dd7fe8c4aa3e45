"""Wan 2.1, both architectures of Wan 2.2, and SkyReels-V2, which has the architecture of Wan 2.1."""

from collections.abc import Callable

from diffusers import (
    AutoencoderKLWan,
    DiffusionPipeline,
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
        scheduler=UniPCMultistepScheduler(use_flow_sigmas=True, prediction_type="flow_prediction"),
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
        scheduler=UniPCMultistepScheduler(use_flow_sigmas=True, prediction_type="flow_prediction"),
        transformer=wan_transformer(WanTransformer3DModel),
        transformer_2=wan_transformer(WanTransformer3DModel),
        boundary_ratio=0.9,
    )


def wan_ti2v() -> DiffusionPipeline:
    """Return Wan 2.2 TI2V-5B, in which the first latent frame is the image."""
    words, channels = tokenizer(), 4
    return WanImageToVideoPipeline(
        tokenizer=words,
        text_encoder=t5(len(words)),
        vae=AutoencoderKLWan(
            base_dim=4,
            z_dim=channels,
            dim_mult=[1, 1, 1, 1],
            num_res_blocks=1,
            temperal_downsample=[False, True, True],
            latents_mean=[0.0] * channels,
            latents_std=[1.0] * channels,
            is_residual=True,
            in_channels=12,
            out_channels=12,
            patch_size=2,
            scale_factor_spatial=16,
        ),
        scheduler=UniPCMultistepScheduler(use_flow_sigmas=True, prediction_type="flow_prediction"),
        transformer=wan_transformer(WanTransformer3DModel, in_channels=channels, out_channels=channels),
        expand_timesteps=True,
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


def wan_transformer(
    kind: Callable[..., ModelMixin],
    *,
    image_dim: int | None = None,
    in_channels: int = 36,
    out_channels: int = 16,
) -> ModelMixin:
    return kind(
        patch_size=(1, 2, 2),
        num_attention_heads=2,
        attention_head_dim=12,
        in_channels=in_channels,
        out_channels=out_channels,
        text_dim=TEXT_CHANNELS,
        freq_dim=64,
        ffn_dim=32,
        num_layers=1,
        cross_attn_norm=True,
        qk_norm="rms_norm_across_heads",
        rope_max_seq_len=32,
        image_dim=image_dim,
    )
