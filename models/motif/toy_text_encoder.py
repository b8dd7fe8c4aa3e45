"""Creates a text encoder of toy size: a whole-word tokenizer and a frozen transformer with random weights.

Different prompts get different embeddings, which is sufficient for a model of a few megabytes. Full-size
models use OpenCLIP ViT-H.
"""

import re
from collections.abc import Iterable

import torch
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.normalizers import Lowercase
from tokenizers.pre_tokenizers import Whitespace
from tokenizers.processors import TemplateProcessing
from transformers import CLIPTextConfig, CLIPTextModel, PreTrainedTokenizerFast

from benchmark.scenes import SCENARIOS

PAD, UNKNOWN, START, END = "<pad>", "<unk>", "<start>", "<end>"


def scene_vocabulary() -> list[str]:
    """Return the words of all prompts of the scene engine, sorted."""
    prompts = [action.prompt for scenario in SCENARIOS.values() for action in scenario.actions]
    return sorted({word for prompt in prompts for word in re.findall(r"\w+", prompt.lower())})


def word_tokenizer(words: Iterable[str], max_length: int = 24) -> PreTrainedTokenizerFast:
    """Return a case-insensitive tokenizer with one token per word.

    Args:
        words: the vocabulary; other words become the unknown token.
        max_length: maximum tokens of a prompt, including the start and end tokens; longer prompts are
            truncated.
    """
    vocabulary = {word: number for number, word in enumerate([PAD, UNKNOWN, START, END, *words])}
    tokenizer = Tokenizer(WordLevel(vocabulary, unk_token=UNKNOWN))
    tokenizer.normalizer = Lowercase()
    tokenizer.pre_tokenizer = Whitespace()
    tokenizer.post_processor = TemplateProcessing(
        single=f"{START} $A {END}", special_tokens=[(token, vocabulary[token]) for token in (START, END)]
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        pad_token=PAD,
        unk_token=UNKNOWN,
        bos_token=START,
        eos_token=END,
        model_max_length=max_length,
    )


def random_text_encoder(
    tokenizer: PreTrainedTokenizerFast, *, seed: int, channels: int = 32, layers: int = 1, heads: int = 4
) -> CLIPTextModel:
    """Return a frozen CLIP text encoder with random weights, for the vocabulary of a tokenizer.

    Args:
        tokenizer: defines the vocabulary size and the maximum length.
        seed: seed of the weights; torch's global random generator is not changed.
        channels: hidden size of the encoder.
        layers: number of transformer layers.
        heads: number of attention heads.
    """
    config = CLIPTextConfig(
        vocab_size=len(tokenizer),
        hidden_size=channels,
        intermediate_size=2 * channels,
        num_hidden_layers=layers,
        num_attention_heads=heads,
        max_position_embeddings=tokenizer.model_max_length,
        pad_token_id=tokenizer.pad_token_id,
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
    )
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        encoder = CLIPTextModel(config)
    return encoder.eval().requires_grad_(False)
