"""HunyuanVideo, HunyuanVideo 1.5, FramePack and SkyReels-V1 at toy size."""

from diffusers import (
    AutoencoderKLHunyuanVideo15,
    ClassifierFreeGuidance,
    DiffusionPipeline,
    FlowMatchEulerDiscreteScheduler,
    HunyuanSkyreelsImageToVideoPipeline,
    HunyuanVideo15ImageToVideoPipeline,
    HunyuanVideo15Transformer3DModel,
    HunyuanVideoFramepackPipeline,
    HunyuanVideoFramepackTransformer3DModel,
    HunyuanVideoImageToVideoPipeline,
    HunyuanVideoTransformer3DModel,
)
from transformers import (
    ByT5Tokenizer,
    CLIPVisionConfig,
    LlamaConfig,
    LlamaModel,
    LlavaConfig,
    LlavaForConditionalGeneration,
    PreTrainedTokenizerFast,
    Qwen2_5_VLTextConfig,
    Qwen2_5_VLTextModel,
    SiglipImageProcessorPil,
    SiglipVisionConfig,
    SiglipVisionModel,
)

from tests.models.generators.toys.parts import (
    POOLED_CHANNELS,
    TEXT_CHANNELS,
    chat_tokenizer,
    hunyuan_vae,
    image_processor,
    pooling_encoder,
    t5,
    tokenizer,
)

LLAMA_CHANNELS = 16
IMAGE_CHANNELS = 16
CHAT = """{% for message in messages %}<|im_start|>{{ message.role }}
{{ message.content }}<|im_end|>
{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant
{% endif %}"""


def hunyuan() -> DiffusionPipeline:
    words = chat_tokenizer("<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>", "\n\n", "<image>")
    short_words = tokenizer(max_length=77)
    # The class expects 576 tokens of an image: 24 x 24 patches.
    side, patch = 48, 2
    llava = LlavaConfig(
        vision_config=CLIPVisionConfig(
            hidden_size=8,
            intermediate_size=16,
            num_hidden_layers=2,
            num_attention_heads=2,
            image_size=side,
            patch_size=patch,
        ),
        text_config=llama(words, layers=3),
        image_token_index=words.convert_tokens_to_ids("<image>"),
        pad_token_id=words.pad_token_id,
    )
    return HunyuanVideoImageToVideoPipeline(
        text_encoder=LlavaForConditionalGeneration(llava).eval(),
        tokenizer=words,
        text_encoder_2=pooling_encoder(short_words),
        tokenizer_2=short_words,
        image_processor=image_processor(side),
        transformer=hunyuan_transformer(in_channels=4, image_condition_type="token_replace"),
        vae=hunyuan_vae(),
        scheduler=FlowMatchEulerDiscreteScheduler(shift=7.0),
    )


def skyreels_v1() -> DiffusionPipeline:
    words, short_words = tokenizer(), tokenizer(max_length=77)
    return HunyuanSkyreelsImageToVideoPipeline(
        text_encoder=LlamaModel(llama(words, layers=2)).eval(),
        tokenizer=words,
        text_encoder_2=pooling_encoder(short_words),
        tokenizer_2=short_words,
        transformer=hunyuan_transformer(in_channels=8),
        vae=hunyuan_vae(),
        scheduler=FlowMatchEulerDiscreteScheduler(shift=7.0),
    )


def framepack() -> DiffusionPipeline:
    words, short_words = tokenizer(), tokenizer(max_length=77)
    return HunyuanVideoFramepackPipeline(
        text_encoder=LlamaModel(llama(words, layers=3)).eval(),
        tokenizer=words,
        text_encoder_2=pooling_encoder(short_words),
        tokenizer_2=short_words,
        transformer=HunyuanVideoFramepackTransformer3DModel(
            in_channels=4,
            out_channels=4,
            num_attention_heads=2,
            attention_head_dim=10,
            num_layers=1,
            num_single_layers=1,
            num_refiner_layers=1,
            patch_size=2,
            text_embed_dim=LLAMA_CHANNELS,
            pooled_projection_dim=POOLED_CHANNELS,
            rope_axes_dim=(2, 4, 4),
            has_image_proj=True,
            image_proj_dim=IMAGE_CHANNELS,
            has_clean_x_embedder=True,
        ),
        vae=hunyuan_vae(),
        scheduler=FlowMatchEulerDiscreteScheduler(shift=7.0),
        image_encoder=siglip(),
        feature_extractor=SiglipImageProcessorPil(size={"height": 16, "width": 16}),
    )


def siglip() -> SiglipVisionModel:
    config = SiglipVisionConfig(
        hidden_size=IMAGE_CHANNELS,
        intermediate_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        image_size=16,
        patch_size=4,
    )
    return SiglipVisionModel(config).eval()


def llama(words: PreTrainedTokenizerFast, *, layers: int) -> LlamaConfig:
    return LlamaConfig(
        vocab_size=len(words),
        hidden_size=LLAMA_CHANNELS,
        intermediate_size=32,
        num_attention_heads=4,
        num_hidden_layers=layers,
        pad_token_id=words.pad_token_id,
    )


def hunyuan_transformer(
    *, in_channels: int, image_condition_type: str | None = None
) -> HunyuanVideoTransformer3DModel:
    return HunyuanVideoTransformer3DModel(
        in_channels=in_channels,
        out_channels=4,
        num_attention_heads=2,
        attention_head_dim=10,
        num_layers=1,
        num_single_layers=1,
        num_refiner_layers=1,
        patch_size=1,
        guidance_embeds=True,
        text_embed_dim=LLAMA_CHANNELS,
        pooled_projection_dim=POOLED_CHANNELS,
        rope_axes_dim=(2, 4, 4),
        image_condition_type=image_condition_type,
    )


def hunyuan_1_5() -> DiffusionPipeline:
    words = chat_tokenizer("<|im_start|>", "<|im_end|>")
    words.chat_template = CHAT
    letters = ByT5Tokenizer()
    latent_channels = 4
    return HunyuanVideo15ImageToVideoPipeline(
        text_encoder=Qwen2_5_VLTextModel(qwen_text(words)).eval(),
        tokenizer=words,
        text_encoder_2=t5(len(letters)),
        tokenizer_2=letters,
        image_encoder=siglip(),
        feature_extractor=SiglipImageProcessorPil(size={"height": 16, "width": 16}),
        transformer=HunyuanVideo15Transformer3DModel(
            in_channels=2 * latent_channels + 1,
            out_channels=latent_channels,
            num_attention_heads=2,
            attention_head_dim=8,
            num_layers=1,
            num_refiner_layers=1,
            text_embed_dim=LLAMA_CHANNELS,
            text_embed_2_dim=TEXT_CHANNELS,
            image_embed_dim=IMAGE_CHANNELS,
            rope_axes_dim=(2, 2, 4),
            target_size=32,
        ),
        vae=AutoencoderKLHunyuanVideo15(
            latent_channels=latent_channels, block_out_channels=(8, 8, 8, 8, 8), layers_per_block=1
        ),
        guider=ClassifierFreeGuidance(guidance_scale=6.0),
        scheduler=FlowMatchEulerDiscreteScheduler(shift=5.0),
    )


def qwen_text(words: PreTrainedTokenizerFast) -> Qwen2_5_VLTextConfig:
    return Qwen2_5_VLTextConfig(
        vocab_size=len(words),
        hidden_size=LLAMA_CHANNELS,
        intermediate_size=32,
        num_hidden_layers=3,
        num_attention_heads=2,
        num_key_value_heads=2,
        rope_parameters={"rope_type": "default", "mrope_section": [1, 1, 2], "rope_theta": 1e6},
        pad_token_id=words.pad_token_id,
        bos_token_id=words.bos_token_id,
        eos_token_id=words.eos_token_id,
    )
