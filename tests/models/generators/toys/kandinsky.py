"""Kandinsky 5 Pro with sparse attention, and Kandinsky 6 with its sound, at toy size."""

from diffusers import (
    DiffusionPipeline,
    FlowMatchEulerDiscreteScheduler,
    Kandinsky5I2VPipeline,
    Kandinsky5Transformer3DModel,
    Kandinsky6TI2VAPipeline,
    Kandinsky6Transformer3DModel,
    MMAudioVAE,
    MMAudioVocoder,
)
from transformers import PreTrainedTokenizerFast, Qwen2_5_VLConfig, Qwen2_5_VLForConditionalGeneration

from tests.models.generators.toys.hunyuan import LLAMA_CHANNELS, qwen_text
from tests.models.generators.toys.parts import (
    POOLED_CHANNELS,
    chat_tokenizer,
    hunyuan_vae,
    pooling_encoder,
    tokenizer,
)


def kandinsky() -> DiffusionPipeline:
    words, short_words = chat_tokenizer("<|im_start|>", "<|im_end|>"), tokenizer(max_length=77)
    latent_channels = 4
    return Kandinsky5I2VPipeline(
        text_encoder=qwen(words),
        tokenizer=words,
        text_encoder_2=pooling_encoder(short_words),
        tokenizer_2=short_words,
        transformer=Kandinsky5Transformer3DModel(
            in_visual_dim=latent_channels,
            out_visual_dim=latent_channels,
            in_text_dim=LLAMA_CHANNELS,
            in_text_dim2=POOLED_CHANNELS,
            time_dim=16,
            model_dim=32,
            ff_dim=32,
            num_text_blocks=1,
            num_visual_blocks=1,
            axes_dims=(4, 6, 6),
            visual_cond=True,
            attention_type="nabla",
            attention_P=0.8,
            attention_wT=3,
            attention_wW=3,
            attention_wH=3,
            attention_add_sta=True,
            attention_method="topcdf",
        ),
        # Its attention works on 8 x 8 patches of 2 x 2 latents, 128 x 128 pixels at the usual compression.
        vae=hunyuan_vae(spatial_compression=4),
        scheduler=FlowMatchEulerDiscreteScheduler(shift=5.0),
    )


def kandinsky6() -> DiffusionPipeline:
    words, short_words = chat_tokenizer("<|im_start|>", "<|im_end|>"), tokenizer(max_length=77)
    latent_channels, audio_channels, mel_bins = 4, 4, 8
    return Kandinsky6TI2VAPipeline(
        text_encoder=qwen(words),
        tokenizer=words,
        text_encoder_2=pooling_encoder(short_words),
        tokenizer_2=short_words,
        transformer=Kandinsky6Transformer3DModel(
            in_visual_dim=latent_channels,
            out_visual_dim=latent_channels,
            in_text_dim=LLAMA_CHANNELS,
            in_text_dim2=POOLED_CHANNELS,
            time_dim=16,
            model_dim=32,
            ff_dim=32,
            num_text_blocks=1,
            num_visual_blocks=1,
            axes_dims=(4, 6, 6),
            in_audio_dim=audio_channels,
            out_audio_dim=audio_channels,
            # As in the published weights.
            text_token_padding=True,
            ca_rope=True,
            cross_gates=True,
            fix_modulation=True,
            visual_token_type_num_embeddings=2,
        ),
        vae=hunyuan_vae(),
        audio_vae=MMAudioVAE(
            mel_bins=mel_bins,
            latent_channels=audio_channels,
            hidden_channels=8,
            channel_multipliers=(1, 1, 1),
            layers_per_block=1,
            sample_rate=8000,
            n_fft=64,
            hop_length=16,
        ),
        vocoder=MMAudioVocoder(
            num_mels=mel_bins,
            upsample_initial_channel=8,
            upsample_rates=(4, 4),
            upsample_kernel_sizes=(8, 8),
            resblock_kernel_sizes=(3,),
            resblock_dilation_sizes=((1, 3, 5),),
        ),
        scheduler=FlowMatchEulerDiscreteScheduler(shift=5.0),
    )


def qwen(words: PreTrainedTokenizerFast) -> Qwen2_5_VLForConditionalGeneration:
    vision = {
        "depth": 1,
        "hidden_size": 8,
        "intermediate_size": 16,
        "num_heads": 2,
        "out_hidden_size": LLAMA_CHANNELS,
    }
    config = Qwen2_5_VLConfig(text_config=qwen_text(words).to_dict(), vision_config=vision)
    return Qwen2_5_VLForConditionalGeneration(config).eval()
