"""Kandinsky 5 Pro with sparse attention, at toy size."""

from diffusers import (
    DiffusionPipeline,
    FlowMatchEulerDiscreteScheduler,
    Kandinsky5I2VPipeline,
    Kandinsky5Transformer3DModel,
)
from transformers import Qwen2_5_VLConfig, Qwen2_5_VLForConditionalGeneration

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
    qwen = Qwen2_5_VLConfig(
        text_config=qwen_text(words).to_dict(),
        vision_config={
            "depth": 1,
            "hidden_size": 8,
            "intermediate_size": 16,
            "num_heads": 2,
            "out_hidden_size": LLAMA_CHANNELS,
        },
    )
    latent_channels = 4
    return Kandinsky5I2VPipeline(
        text_encoder=Qwen2_5_VLForConditionalGeneration(qwen).eval(),
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
