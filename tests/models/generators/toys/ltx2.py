"""LTX-2 with its sound, at toy size; the sizes follow diffusers' own tests."""

from diffusers import (
    AutoencoderKLLTX2Audio,
    AutoencoderKLLTX2Video,
    DiffusionPipeline,
    FlowMatchEulerDiscreteScheduler,
    LTX2ImageToVideoPipeline,
    LTX2VideoTransformer3DModel,
)
from diffusers.pipelines.ltx2 import LTX2TextConnectors
from diffusers.pipelines.ltx2.vocoder import LTX2Vocoder
from transformers import Gemma3Config, Gemma3ForConditionalGeneration, PreTrainedTokenizerFast

from tests.models.generators.toys.parts import chat_tokenizer

TEXT_CHANNELS = 16
TEXT_LAYERS = 1


def ltx2() -> DiffusionPipeline:
    words = chat_tokenizer()
    mel_bins = 8
    return LTX2ImageToVideoPipeline(
        scheduler=FlowMatchEulerDiscreteScheduler(),
        vae=AutoencoderKLLTX2Video(
            latent_channels=4,
            block_out_channels=(8,),
            decoder_block_out_channels=(8,),
            layers_per_block=(1,),
            decoder_layers_per_block=(1, 1),
            spatio_temporal_scaling=(True,),
            decoder_spatio_temporal_scaling=(True,),
            decoder_inject_noise=(False, False),
            downsample_type=("spatial",),
            upsample_residual=(False,),
            upsample_factor=(1,),
            patch_size=1,
            decoder_causal=False,
        ),
        audio_vae=AutoencoderKLLTX2Audio(
            base_channels=4,
            ch_mult=(1,),
            num_res_blocks=1,
            resolution=32,
            latent_channels=2,
            mel_bins=mel_bins,
        ),
        text_encoder=gemma(words),
        tokenizer=words,
        connectors=connectors(),
        transformer=LTX2VideoTransformer3DModel(
            in_channels=4,
            out_channels=4,
            num_attention_heads=2,
            attention_head_dim=8,
            cross_attention_dim=16,
            audio_in_channels=4,
            audio_out_channels=4,
            audio_num_attention_heads=2,
            audio_attention_head_dim=4,
            audio_cross_attention_dim=8,
            num_layers=1,
            caption_channels=TEXT_CHANNELS,
            rope_double_precision=False,
        ),
        vocoder=LTX2Vocoder(
            in_channels=2 * mel_bins,
            hidden_channels=32,
            upsample_kernel_sizes=[4, 4],
            upsample_factors=[2, 2],
            resnet_kernel_sizes=[3],
            resnet_dilations=[[1, 3, 5]],
            output_sampling_rate=16000,
        ),
    )


def gemma(words: PreTrainedTokenizerFast) -> Gemma3ForConditionalGeneration:
    text = {
        "vocab_size": len(words),
        "hidden_size": TEXT_CHANNELS,
        "intermediate_size": 16,
        "num_hidden_layers": TEXT_LAYERS,
        "num_attention_heads": 2,
        "num_key_value_heads": 1,
        "head_dim": 8,
        "pad_token_id": words.pad_token_id,
    }
    vision = {
        "hidden_size": 8,
        "intermediate_size": 8,
        "num_hidden_layers": 1,
        "num_attention_heads": 2,
        "image_size": 8,
        "patch_size": 4,
    }
    config = Gemma3Config(text_config=text, vision_config=vision, mm_tokens_per_image=4, image_token_index=0)
    return Gemma3ForConditionalGeneration(config).eval()


def connectors() -> LTX2TextConnectors:
    one_layer = {"num_attention_heads": 2, "attention_head_dim": 8, "num_layers": 1}
    return LTX2TextConnectors(
        caption_channels=TEXT_CHANNELS,
        text_proj_in_factor=TEXT_LAYERS + 1,
        connector_rope_base_seq_len=32,
        rope_double_precision=False,
        **{
            f"{kind}_connector_{name}": value
            for kind in ("video", "audio")
            for name, value in one_layer.items()
        },
        video_connector_num_learnable_registers=None,
        audio_connector_num_learnable_registers=None,
    )
