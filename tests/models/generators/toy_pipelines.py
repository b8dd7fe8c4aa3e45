"""Real pipelines of diffusers at toy size, with random weights, saved to disk, for the shipped adapters.

Which sizes a class bears was read from diffusers' own tests; the code is ours.
"""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import torch
from diffusers import (
    AutoencoderKL,
    AutoencoderKLCogVideoX,
    AutoencoderKLHunyuanVideo,
    AutoencoderKLLTXVideo,
    AutoencoderKLWan,
    CogVideoXImageToVideoPipeline,
    CogVideoXTransformer3DModel,
    DDIMScheduler,
    DiffusionPipeline,
    FlowMatchEulerDiscreteScheduler,
    HunyuanSkyreelsImageToVideoPipeline,
    HunyuanVideoTransformer3DModel,
    I2VGenXLPipeline,
    I2VGenXLUNet,
    LTXImageToVideoPipeline,
    LTXVideoTransformer3DModel,
    SkyReelsV2ImageToVideoPipeline,
    SkyReelsV2Transformer3DModel,
    UniPCMultistepScheduler,
    WanImageToVideoPipeline,
    WanTransformer3DModel,
)
from transformers import (
    CLIPImageProcessorPil,
    CLIPVisionConfig,
    CLIPVisionModelWithProjection,
    LlamaConfig,
    LlamaModel,
    PreTrainedTokenizerFast,
    T5Config,
    T5EncoderModel,
)

from models.generators.adapter_entries import shipped_adapter
from models.generators.recipes import DiffusersRecipe, Form, read_recipe
from models.motif.words import random_text_encoder, scene_vocabulary, word_tokenizer

TEXT_CHANNELS = 32


@dataclass(frozen=True)
class Toy:
    """A pipeline to be saved, and how its adapter's recipe is cut down to it."""

    build: Callable[[], DiffusionPipeline]
    size: int
    frames: int
    call: dict[str, int | float]


def toy_recipe(name: str) -> DiffusersRecipe:
    """Return a shipped adapter's recipe with a toy's form and number of steps; the rest stays."""
    recipe, toy = read_recipe(shipped_adapter(name)), TOYS[name]
    assert isinstance(recipe, DiffusersRecipe)
    form = Form(width=toy.size, height=toy.size, frames=toy.frames, fps=Fraction(8))
    # The toys are saved in float32 under plain names.
    changes = {"native": form, "call": {**recipe.call, **toy.call}, "gpu_gib": 0, "variant": None}
    return recipe.model_copy(update=changes)


def save_toy(name: str, folder: Path) -> Path:
    with torch.random.fork_rng():
        torch.manual_seed(0)
        TOYS[name].build().save_pretrained(folder, safe_serialization=True)
    return folder


def tokenizer() -> PreTrainedTokenizerFast:
    return word_tokenizer(scene_vocabulary())


def t5(words: PreTrainedTokenizerFast) -> T5EncoderModel:
    config = T5Config(
        vocab_size=len(words), d_model=TEXT_CHANNELS, d_kv=8, d_ff=32, num_layers=1, num_heads=4
    )
    return T5EncoderModel(config).eval()


def vision_encoder(channels: int) -> CLIPVisionModelWithProjection:
    config = CLIPVisionConfig(
        hidden_size=channels,
        projection_dim=channels,
        num_hidden_layers=2,
        num_attention_heads=2,
        image_size=32,
        intermediate_size=16,
        patch_size=8,
    )
    return CLIPVisionModelWithProjection(config).eval()


def image_processor() -> CLIPImageProcessorPil:
    return CLIPImageProcessorPil(crop_size={"height": 32, "width": 32}, size={"shortest_edge": 32})


def i2vgen_xl() -> DiffusionPipeline:
    words = tokenizer()
    channels = 4
    return I2VGenXLPipeline(
        vae=AutoencoderKL(
            block_out_channels=(8, 8),
            down_block_types=("DownEncoderBlock2D",) * 2,
            up_block_types=("UpDecoderBlock2D",) * 2,
            latent_channels=4,
            sample_size=32,
            norm_num_groups=2,
        ),
        text_encoder=random_text_encoder(words, seed=0, channels=channels, layers=2, heads=2),
        tokenizer=words,
        image_encoder=vision_encoder(channels),
        feature_extractor=image_processor(),
        unet=I2VGenXLUNet(
            block_out_channels=(4, 8),
            layers_per_block=1,
            sample_size=16,
            down_block_types=("CrossAttnDownBlock3D", "DownBlock3D"),
            up_block_types=("UpBlock3D", "CrossAttnUpBlock3D"),
            cross_attention_dim=channels,
            attention_head_dim=4,
            norm_num_groups=2,
        ),
        scheduler=DDIMScheduler(beta_schedule="scaled_linear", clip_sample=False, set_alpha_to_one=False),
    )


def cogvideox() -> DiffusionPipeline:
    words = tokenizer()
    return CogVideoXImageToVideoPipeline(
        tokenizer=words,
        text_encoder=t5(words),
        vae=AutoencoderKLCogVideoX(
            down_block_types=("CogVideoXDownBlock3D",) * 4,
            up_block_types=("CogVideoXUpBlock3D",) * 4,
            block_out_channels=(8, 8, 8, 8),
            latent_channels=4,
            layers_per_block=1,
            norm_num_groups=2,
            temporal_compression_ratio=4,
        ),
        transformer=CogVideoXTransformer3DModel(
            num_attention_heads=2,
            attention_head_dim=16,
            in_channels=8,
            out_channels=4,
            time_embed_dim=2,
            text_embed_dim=TEXT_CHANNELS,
            num_layers=1,
            sample_width=2,
            sample_height=2,
            sample_frames=9,
            temporal_compression_ratio=4,
            max_text_seq_length=16,
            use_rotary_positional_embeddings=True,
            use_learned_positional_embeddings=True,
        ),
        scheduler=DDIMScheduler(),
    )


def wan_vae() -> AutoencoderKLWan:
    return AutoencoderKLWan(
        base_dim=3, z_dim=16, dim_mult=[1, 1, 1, 1], num_res_blocks=1, temperal_downsample=[False, True, True]
    )


def wan_transformer(kind: Callable[..., torch.nn.Module], *, image_dim: int | None = 4) -> torch.nn.Module:
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


def wan() -> DiffusionPipeline:
    words = tokenizer()
    return WanImageToVideoPipeline(
        tokenizer=words,
        text_encoder=t5(words),
        vae=wan_vae(),
        scheduler=FlowMatchEulerDiscreteScheduler(shift=7.0),
        image_processor=image_processor(),
        image_encoder=vision_encoder(4),
        transformer=wan_transformer(WanTransformer3DModel),
    )


def wan_with_two_experts() -> DiffusionPipeline:
    words = tokenizer()
    return WanImageToVideoPipeline(
        tokenizer=words,
        text_encoder=t5(words),
        vae=wan_vae(),
        scheduler=FlowMatchEulerDiscreteScheduler(shift=7.0),
        transformer=wan_transformer(WanTransformer3DModel, image_dim=None),
        transformer_2=wan_transformer(WanTransformer3DModel, image_dim=None),
        boundary_ratio=0.9,
    )


def skyreels() -> DiffusionPipeline:
    words = tokenizer()
    return SkyReelsV2ImageToVideoPipeline(
        tokenizer=words,
        text_encoder=t5(words),
        image_encoder=vision_encoder(4),
        image_processor=image_processor(),
        transformer=wan_transformer(SkyReelsV2Transformer3DModel),
        vae=wan_vae(),
        scheduler=UniPCMultistepScheduler(
            flow_shift=5.0, use_flow_sigmas=True, prediction_type="flow_prediction"
        ),
    )


def skyreels_v1() -> DiffusionPipeline:
    words = tokenizer()
    long_words = word_tokenizer(scene_vocabulary(), max_length=77)
    llama = LlamaConfig(
        vocab_size=len(words),
        hidden_size=16,
        intermediate_size=32,
        num_attention_heads=4,
        num_hidden_layers=2,
        pad_token_id=words.pad_token_id,
    )
    return HunyuanSkyreelsImageToVideoPipeline(
        text_encoder=LlamaModel(llama).eval(),
        tokenizer=words,
        text_encoder_2=random_text_encoder(long_words, seed=0, channels=8, layers=1, heads=2),
        tokenizer_2=long_words,
        transformer=HunyuanVideoTransformer3DModel(
            in_channels=8,
            out_channels=4,
            num_attention_heads=2,
            attention_head_dim=10,
            num_layers=1,
            num_single_layers=1,
            num_refiner_layers=1,
            patch_size=1,
            guidance_embeds=True,
            text_embed_dim=16,
            pooled_projection_dim=8,
            rope_axes_dim=(2, 4, 4),
        ),
        vae=AutoencoderKLHunyuanVideo(
            latent_channels=4,
            down_block_types=("HunyuanVideoDownBlock3D",) * 4,
            up_block_types=("HunyuanVideoUpBlock3D",) * 4,
            block_out_channels=(8, 8, 8, 8),
            layers_per_block=1,
            norm_num_groups=4,
        ),
        scheduler=FlowMatchEulerDiscreteScheduler(shift=7.0),
    )


def ltx() -> DiffusionPipeline:
    words = tokenizer()
    one_each = (1, 1, 1, 1, 1)
    return LTXImageToVideoPipeline(
        scheduler=FlowMatchEulerDiscreteScheduler(),
        vae=AutoencoderKLLTXVideo(
            latent_channels=8,
            block_out_channels=(8, 8, 8, 8),
            decoder_block_out_channels=(8, 8, 8, 8),
            layers_per_block=one_each,
            decoder_layers_per_block=one_each,
            spatio_temporal_scaling=(True, True, False, False),
            decoder_spatio_temporal_scaling=(True, True, False, False),
            decoder_inject_noise=(False,) * 5,
            upsample_residual=(False,) * 4,
            upsample_factor=(1,) * 4,
            patch_size=1,
        ),
        text_encoder=t5(words),
        tokenizer=words,
        transformer=LTXVideoTransformer3DModel(
            in_channels=8,
            out_channels=8,
            num_attention_heads=4,
            attention_head_dim=8,
            cross_attention_dim=32,
            num_layers=1,
            caption_channels=TEXT_CHANNELS,
        ),
    )


TOYS = {
    "i2vgen-xl": Toy(i2vgen_xl, 32, 4, {"num_inference_steps": 2}),
    "cogvideox-5b-i2v": Toy(cogvideox, 16, 9, {"num_inference_steps": 2, "max_sequence_length": 16}),
    "wan-2.1-i2v-14b-480p": Toy(wan, 32, 5, {"num_inference_steps": 2, "max_sequence_length": 16}),
    "wan-2.2-i2v-a14b": Toy(
        wan_with_two_experts, 32, 5, {"num_inference_steps": 2, "max_sequence_length": 16}
    ),
    "skyreels-v2-i2v-1.3b-540p": Toy(skyreels, 32, 5, {"num_inference_steps": 2, "max_sequence_length": 16}),
    "skyreels-v1-i2v": Toy(skyreels_v1, 16, 9, {"num_inference_steps": 2, "max_sequence_length": 16}),
    "ltx-video": Toy(ltx, 32, 9, {"num_inference_steps": 2, "max_sequence_length": 16}),
}
