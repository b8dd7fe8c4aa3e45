"""SANA-Video image-to-video at toy size, with the autoencoder of Wan 2.1 as in its 480p weights."""

from diffusers import (
    DiffusionPipeline,
    FlowMatchEulerDiscreteScheduler,
    SanaImageToVideoPipeline,
    SanaVideoTransformer3DModel,
)
from transformers import Gemma2Config, Gemma2Model

from tests.models.generators.toys.parts import TEXT_CHANNELS, tokenizer
from tests.models.generators.toys.wan import wan_vae


def sana() -> DiffusionPipeline:
    # The class puts an instruction of several hundred words before the prompt.
    words = tokenizer(max_length=2048)
    gemma = Gemma2Config(
        vocab_size=len(words),
        hidden_size=TEXT_CHANNELS,
        intermediate_size=32,
        num_hidden_layers=1,
        num_attention_heads=2,
        num_key_value_heads=1,
        head_dim=8,
        pad_token_id=words.pad_token_id,
        bos_token_id=words.bos_token_id,
        eos_token_id=words.eos_token_id,
    )
    return SanaImageToVideoPipeline(
        tokenizer=words,
        text_encoder=Gemma2Model(gemma).eval(),
        vae=wan_vae(),
        transformer=SanaVideoTransformer3DModel(
            num_attention_heads=2,
            attention_head_dim=12,
            num_layers=1,
            num_cross_attention_heads=2,
            cross_attention_head_dim=12,
            cross_attention_dim=24,
            caption_channels=TEXT_CHANNELS,
            rope_max_seq_len=32,
        ),
        scheduler=FlowMatchEulerDiscreteScheduler(shift=8.0),
    )
