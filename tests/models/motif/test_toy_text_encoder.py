"""The whole-word tokenizer and the text encoder of toy size."""

import torch

from models.motif.encoders import encode_text
from models.motif.toy_text_encoder import random_text_encoder, scene_vocabulary, word_tokenizer

WORDS = ["balloon", "blue", "rises", "the"]


def test_the_vocabulary_holds_the_words_of_the_scene_engine() -> None:
    vocabulary = scene_vocabulary()

    assert vocabulary == sorted(set(vocabulary))
    assert {"the", "balloon"} <= set(vocabulary)


def test_each_word_is_one_token_regardless_of_case() -> None:
    tokens = word_tokenizer(WORDS)("The BLUE balloon").input_ids

    # pad, unk, start, end take 0 to 3; the words follow.
    assert tokens == [2, 7, 5, 4, 3]


def test_a_word_outside_the_vocabulary_is_the_unknown_token() -> None:
    assert word_tokenizer(WORDS)("the zebra rises").input_ids == [2, 7, 1, 6, 3]


def test_prompts_are_padded_and_truncated_to_one_length() -> None:
    tokenizer = word_tokenizer(WORDS, max_length=6)
    encoder = random_text_encoder(tokenizer, seed=0, channels=8)

    states = encode_text(tokenizer, encoder, ["the", "the blue balloon rises the blue balloon"])

    assert states.shape == (2, 6, 8)


def test_the_last_layer_can_be_skipped() -> None:
    tokenizer = word_tokenizer(WORDS)
    deep = random_text_encoder(tokenizer, seed=0, channels=8, layers=2)
    shallow = random_text_encoder(tokenizer, seed=1, channels=8, layers=1)
    kept = {name: value for name, value in deep.state_dict().items() if ".layers.1." not in name}
    shallow.load_state_dict(kept)

    penultimate = encode_text(tokenizer, deep, ["the balloon"], skip_layers=1)

    assert torch.allclose(penultimate, encode_text(tokenizer, shallow, ["the balloon"]), atol=1e-6)
    assert not torch.allclose(penultimate, encode_text(tokenizer, deep, ["the balloon"]))


def test_a_seed_gives_the_same_encoder_and_does_not_change_the_global_generator() -> None:
    tokenizer = word_tokenizer(WORDS)
    torch.manual_seed(3)
    expected = torch.rand(1)

    torch.manual_seed(3)
    one, other = (random_text_encoder(tokenizer, seed=0) for _ in range(2))

    assert torch.equal(torch.rand(1), expected)
    assert all(torch.equal(a, b) for a, b in zip(one.parameters(), other.parameters(), strict=True))
