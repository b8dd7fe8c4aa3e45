"""Encodes prompts and negative prompts to text embeddings, or checks embeddings that the caller encoded."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from transformers import CLIPTextModel, PreTrainedTokenizerBase

from models.motif.encoders import encode_text

Texts = str | Sequence[str]


@dataclass(frozen=True)
class PromptEncoder:
    """The text encoder of a pipeline. A pipeline without a text encoder accepts embeddings only.

    Attributes:
        tokenizer: the text encoder's tokenizer, or None.
        text_encoder: the text encoder, or None.
        skip_layers: see `encoders.encode_text`.
        device: the device of the forward pass.
    """

    tokenizer: PreTrainedTokenizerBase | None
    text_encoder: CLIPTextModel | None
    skip_layers: int
    device: torch.device

    def positive(self, prompt: Texts | None, prompt_embeds: Tensor | None) -> Tensor:
        """Return the embeddings of the prompts, (prompts, tokens, channels).

        Raises:
            ValueError: both arguments are given, no argument is given, or an argument has the wrong type or
                shape.
        """
        if (prompt is None) == (prompt_embeds is None):
            given = "neither" if prompt is None else "both"
            raise ValueError(f"{given} of prompt and prompt_embeds are given; expected exactly one")
        if prompt_embeds is None:
            return self._encode("prompt", as_texts("prompt", prompt))
        return _check_embeddings("prompt_embeds", prompt_embeds)

    def negative(
        self, negative_prompt: Texts | None, negative_prompt_embeds: Tensor | None, like: Tensor
    ) -> Tensor:
        """Return the embeddings of the negative prompts, shaped like the embeddings of the prompts.

        Args:
            negative_prompt: one text for all prompts, or one text per prompt; None stands for the empty
                text.
            negative_prompt_embeds: embeddings used instead of `negative_prompt`.
            like: the embeddings of the prompts.

        Raises:
            ValueError: both arguments are given, or an argument has the wrong type, number or shape.
        """
        if negative_prompt_embeds is None:
            encoded = self._encode("negative_prompt", _negative_texts(negative_prompt, len(like)))
        elif negative_prompt is None:
            encoded = _check_embeddings("negative_prompt_embeds", negative_prompt_embeds)
        else:
            raise ValueError(
                "both of negative_prompt and negative_prompt_embeds are given; expected at most one"
            )
        if encoded.shape != like.shape:
            raise ValueError(
                f"the embeddings of the negative prompts have shape {tuple(encoded.shape)}; expected "
                f"{tuple(like.shape)}, as for the prompts"
            )
        return encoded

    def _encode(self, name: str, texts: Sequence[str]) -> Tensor:
        if self.tokenizer is None or self.text_encoder is None:
            raise ValueError(
                f"the pipeline has no text_encoder or no tokenizer to encode the {name}; pass {name}_embeds"
            )
        return encode_text(
            self.tokenizer, self.text_encoder, texts, skip_layers=self.skip_layers, device=self.device
        )


def as_texts(name: str, texts: object) -> list[str]:
    """Return one text or several texts as a list.

    Raises:
        ValueError: the argument is neither a string nor a list of strings, or the list is empty.
    """
    listed: list[Any] = list(texts) if isinstance(texts, list | tuple) else [texts]
    wrong = next((each for each in listed if not isinstance(each, str)), None)
    if not listed or wrong is not None:
        found = "an empty list" if not listed else f"a {type(wrong).__name__}"
        inside = "has" if isinstance(texts, list | tuple) and listed else "is"
        raise ValueError(f"{name} {inside} {found}; expected a string or a list of strings")
    return listed


def _negative_texts(negative_prompt: Texts | None, prompts: int) -> list[str]:
    if negative_prompt is None or isinstance(negative_prompt, str):
        return [negative_prompt or ""] * prompts
    texts = as_texts("negative_prompt", negative_prompt)
    if len(texts) != prompts:
        raise ValueError(
            f"{len(texts)} negative prompts and {prompts} prompts; expected one text for all prompts or one "
            "per prompt"
        )
    return texts


def _check_embeddings(name: str, embeddings: object) -> Tensor:
    if not isinstance(embeddings, Tensor):
        raise ValueError(f"{name} is a {type(embeddings).__name__}; expected a tensor")
    if embeddings.ndim != 3 or not len(embeddings):
        raise ValueError(f"{name} has shape {tuple(embeddings.shape)}; expected (prompts, tokens, channels)")
    return embeddings
