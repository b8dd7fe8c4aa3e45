"""A text encoder of toy size: a tokenizer that knows whole words, and a frozen random transformer over them.

It tells prompts apart, which is all a model of a few megabytes needs; real ones take OpenCLIP ViT-H.
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
    """Return the words of all prompts of the scene engine, in alphabetical order."""
    prompts = [action.prompt for scenario in SCENARIOS.values() for action in scenario.actions]
    return sorted({word for prompt in prompts for word in re.findall(r"\w+", prompt.lower())})


def word_tokenizer(words: Iterable[str], max_length: int = 24) -> PreTrainedTokenizerFast:
    """Return a tokenizer with one token for each word, upper and lower case alike.

    Args:
        max_length: tokens of a prompt, the marks of start and end included; longer prompts are cut off.
    """
    vocabulary = {word: number for number, word in enumerate([PAD, UNKNOWN, START, END, *words])}
    tokenizer = Tokenizer(WordLevel(vocabulary, unk_token=UNKNOWN))
    tokenizer.normalizer = Lowercase()
    tokenizer.pre_tokenizer = Whitespace()
    tokenizer.post_processor = TemplateProcessing(
        single=f"{START} $A {END}", special_tokens=[(mark, vocabulary[mark]) for mark in (START, END)]
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
    """Return a frozen CLIP text encoder with random weights that fits a tokenizer."""
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
