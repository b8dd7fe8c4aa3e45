"""I2VGen-XL, CogVideoX and LTX-Video at toy size."""

from diffusers import (
    AutoencoderKL,
    AutoencoderKLCogVideoX,
    AutoencoderKLLTXVideo,
    CogVideoXImageToVideoPipeline,
    CogVideoXTransformer3DModel,
    DDIMScheduler,
    DiffusionPipeline,
    FlowMatchEulerDiscreteScheduler,
    I2VGenXLPipeline,
    I2VGenXLUNet,
    LTXImageToVideoPipeline,
    LTXVideoTransformer3DModel,
)

from models.motif.toy_text_encoder import random_text_encoder
from tests.models.generators.toys.parts import TEXT_CHANNELS, image_processor, t5, tokenizer, vision_encoder


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


def cogvideox_1_5() -> DiffusionPipeline:
    """Return CogVideoX 1.5, in which a patch spans two latent frames."""
    return cogvideox(patch_size_t=2)


def cogvideox(*, patch_size_t: int | None = None) -> DiffusionPipeline:
    words = tokenizer()
    return CogVideoXImageToVideoPipeline(
        tokenizer=words,
        text_encoder=t5(len(words)),
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
            patch_size_t=patch_size_t,
            temporal_compression_ratio=4,
            max_text_seq_length=16,
            use_rotary_positional_embeddings=True,
            use_learned_positional_embeddings=patch_size_t is None,
        ),
        scheduler=DDIMScheduler(),
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
        text_encoder=t5(len(words)),
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
