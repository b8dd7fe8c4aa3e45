"""MiniMax-H3 at toy size: a modular pipeline that generates 124 frames with sound."""

from diffusers import (
    AutoencoderKLMiniMaxH3,
    AutoencoderKLMiniMaxH3Audio,
    MiniMaxH3ModularPipeline,
    MiniMaxH3Scheduler,
    MiniMaxH3Transformer3DModel,
    ModularPipeline,
)
from tokenizers.pre_tokenizers import ByteLevel
from transformers import (
    ProcessorMixin,
    Qwen2TokenizerFast,
    Qwen2VLImageProcessorPil,
    Qwen3VLConfig,
    Qwen3VLForConditionalGeneration,
    Qwen3VLProcessor,
)

TEXT_CHANNELS = 16
# The class reads hidden state 50, so the text encoder needs 51 layers.
TEXT_LAYERS = 51
MARKS = {
    "image_token_id": "<|image_pad|>",
    "video_token_id": "<|video_pad|>",
    "vision_start_token_id": "<|vision_start|>",
    "vision_end_token_id": "<|vision_end|>",
}


class ImageProcessor(Qwen3VLProcessor):
    """The processor of Qwen3-VL without its video processor, which needs torchvision."""

    def __init__(
        self, image_processor: Qwen2VLImageProcessorPil, tokenizer: Qwen2TokenizerFast, **options: object
    ) -> None:
        self.image_token_id = tokenizer.convert_tokens_to_ids(MARKS["image_token_id"])
        self.video_token_id = tokenizer.convert_tokens_to_ids(MARKS["video_token_id"])
        ProcessorMixin.__init__(self, image_processor, tokenizer, **options)


def minimax_h3() -> ModularPipeline:
    words = byte_tokenizer()
    pipeline = MiniMaxH3ModularPipeline(workflow="fl2va")
    pipeline.update_components(
        text_encoder=qwen3(words),
        tokenizer=words,
        processor=ImageProcessor(image_processor(), words),
        transformer=transformer(),
        vae=video_vae(),
        audio_vae=audio_vae(),
        scheduler=MiniMaxH3Scheduler(shift=12.0),
        audio_scheduler=MiniMaxH3Scheduler(shift=3.0),
    )
    return pipeline


def byte_tokenizer() -> Qwen2TokenizerFast:
    """Return the tokenizer class of Qwen with one token for each byte and for each mark of an image."""
    vocabulary = {token: number for number, token in enumerate(sorted(ByteLevel.alphabet()))}
    return Qwen2TokenizerFast(vocab=vocabulary, merges=[], extra_special_tokens=list(MARKS.values()))


def image_processor() -> Qwen2VLImageProcessorPil:
    return Qwen2VLImageProcessorPil(
        patch_size=4, merge_size=2, size={"shortest_edge": 32 * 32, "longest_edge": 32 * 32}
    )


def qwen3(words: Qwen2TokenizerFast) -> Qwen3VLForConditionalGeneration:
    text = {
        "vocab_size": len(words),
        "hidden_size": TEXT_CHANNELS,
        "intermediate_size": 16,
        "num_hidden_layers": TEXT_LAYERS,
        "num_attention_heads": 2,
        "num_key_value_heads": 2,
        "head_dim": 8,
        "rope_parameters": {"rope_type": "default", "rope_theta": 10000.0, "mrope_section": [2, 1, 1]},
    }
    vision = {
        "depth": 1,
        "hidden_size": 8,
        "intermediate_size": 16,
        "num_heads": 2,
        "patch_size": 4,
        "out_hidden_size": TEXT_CHANNELS,
        "num_position_embeddings": 64,
        "deepstack_visual_indexes": [0],
    }
    marks = {name: words.convert_tokens_to_ids(mark) for name, mark in MARKS.items()}
    config = Qwen3VLConfig(text_config=text, vision_config=vision, **marks)
    return Qwen3VLForConditionalGeneration(config).eval()


def transformer() -> MiniMaxH3Transformer3DModel:
    return MiniMaxH3Transformer3DModel(
        num_attention_heads=2,
        attention_head_dim=16,
        hidden_size=32,
        num_layers=2,
        num_refiner_layers=1,
        ffn_dim=32,
        in_channels=4,
        audio_in_channels=4,
        text_dim=TEXT_CHANNELS,
        freq_dim=16,
        time_embed_hidden_dim=32,
        time_embed_dim=16,
        rope_freq_dim=2,
    )


def video_vae() -> AutoencoderKLMiniMaxH3:
    return AutoencoderKLMiniMaxH3(
        latent_channels=4,
        block_out_channels=(4, 4, 4, 4),
        layers_per_block=1,
        spatial_downsample_factors=(2, 2, 2, 2),
        temporal_downsample_factors=(1, 2, 2, 1),
        norm_num_groups=2,
        decoder_num_layers=1,
        decoder_num_attention_heads=2,
        decoder_attention_head_dim=16,
        latents_mean=(0.0,) * 4,
        latents_std=(1.0,) * 4,
    )


def audio_vae() -> AutoencoderKLMiniMaxH3Audio:
    return AutoencoderKLMiniMaxH3Audio(
        encoder_dim=2,
        encoder_rates=(2, 2),
        latent_dim=8,
        latent_channels=4,
        num_attention_heads=2,
        decoder_dim=8,
        decoder_rates=(2, 2),
        decoder_kernel_sizes=(4, 4),
        resblock_kernel_sizes=(3,),
        resblock_dilation_sizes=((1, 3, 5),),
        sampling_rate=160,
        latents_mean=[0.0] * 4,
        latents_std=[1.0] * 4,
    )
