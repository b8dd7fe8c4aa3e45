"""Components shared by the toy pipelines: encoders, tokenizers and an autoencoder with random weights."""

from diffusers import AutoencoderKLHunyuanVideo
from tokenizers import Regex
from tokenizers.pre_tokenizers import Split
from transformers import (
    CLIPImageProcessorPil,
    CLIPTextModel,
    CLIPVisionConfig,
    CLIPVisionModelWithProjection,
    PreTrainedTokenizerFast,
    T5Config,
    T5EncoderModel,
)

from models.motif.toy_text_encoder import random_text_encoder, scene_vocabulary, word_tokenizer

TEXT_CHANNELS = 32
POOLED_CHANNELS = 8


def tokenizer(max_length: int = 24) -> PreTrainedTokenizerFast:
    return word_tokenizer(scene_vocabulary(), max_length)


def chat_tokenizer(*marks: str) -> PreTrainedTokenizerFast:
    """Return a tokenizer for the long templates that some pipeline classes put around a prompt.

    The classes remove a fixed number of tokens from the start: the template's length in the original
    tokenizer. In this tokenizer, blanks are tokens, so the template is longer and the prompt is not removed.

    Args:
        marks: special words of the template; each becomes one token.
    """
    words = tokenizer(max_length=2048)
    words.backend_tokenizer.pre_tokenizer = Split(Regex(r"\s+|\w+|[^\w\s]"), behavior="isolated")
    words.add_special_tokens({"additional_special_tokens": list(marks)})
    return words


def t5(vocabulary: int) -> T5EncoderModel:
    config = T5Config(
        vocab_size=vocabulary, d_model=TEXT_CHANNELS, d_kv=8, d_ff=32, num_layers=1, num_heads=4
    )
    return T5EncoderModel(config).eval()


def pooling_encoder(words: PreTrainedTokenizerFast) -> CLIPTextModel:
    """Return the second text encoder of the Hunyuan family; the pipelines use its pooled output."""
    return random_text_encoder(words, seed=0, channels=POOLED_CHANNELS, layers=1, heads=2)


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


def image_processor(size: int = 32) -> CLIPImageProcessorPil:
    return CLIPImageProcessorPil(crop_size={"height": size, "width": size}, size={"shortest_edge": size})


def hunyuan_vae(spatial_compression: int = 8) -> AutoencoderKLHunyuanVideo:
    return AutoencoderKLHunyuanVideo(
        spatial_compression_ratio=spatial_compression,
        latent_channels=4,
        down_block_types=("HunyuanVideoDownBlock3D",) * 4,
        up_block_types=("HunyuanVideoUpBlock3D",) * 4,
        block_out_channels=(4, 4, 4, 4),
        layers_per_block=1,
        norm_num_groups=2,
    )
