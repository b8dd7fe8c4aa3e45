"""How the input image reaches the network: beside the noisy latents, through attention, or both.

The paper's choice is `x-cat`; `cx-attn` and `both` are its ablations (arXiv:2412.16153, Table 3). Every part
added here starts at zero, so a network that has just been given an image still answers as the text-to-video
network it came from.
"""

from collections.abc import Iterator
from enum import StrEnum

import torch
from diffusers.models.attention_processor import Attention
from torch import Tensor, nn
from torch.nn import functional

# The cross-attention of a spatial block; `attn1` is its self-attention, temporal blocks see no text.
TEXT_ATTENTION = "attn2"


class Conditioning(StrEnum):
    """Where the image enters."""

    X_CAT = "x-cat"
    CX_ATTN = "cx-attn"
    BOTH = "both"

    @property
    def concatenates(self) -> bool:
        return self is not Conditioning.CX_ATTN

    @property
    def attends(self) -> bool:
        return self is not Conditioning.X_CAT


def conditioning_named(name: str) -> Conditioning:
    """Return the conditioning a config names.

    Raises:
        ValueError: there is none of that name; the message lists those there are.
    """
    if name not in set(Conditioning):
        raise ValueError(f"unknown conditioning {name!r}; expected one of {', '.join(Conditioning)}")
    return Conditioning(name)


class TextAndImageAttention(nn.Module):
    """Cross-attention to text and, by keys and values of their own, to image tokens.

    VideoCrafter1 and DynamiCrafter attend to images this way; how MotiF's `cx-attn` does is not known [open].
    The context is the text followed by the image tokens; the two results are added. The image's values start
    at zero.
    """

    def __init__(self, attention: Attention, image_tokens: int) -> None:
        super().__init__()
        self.image_tokens = image_tokens
        context, inner = attention.to_k.in_features, attention.to_k.out_features
        self.to_k_image = nn.Linear(context, inner, bias=False)
        self.to_v_image = nn.Linear(context, inner, bias=False)
        nn.init.zeros_(self.to_v_image.weight)

    def forward(
        self,
        attention: Attention,
        hidden_states: Tensor,
        encoder_hidden_states: Tensor,
        **_: None,
    ) -> Tensor:
        """Attend; diffusers calls this by keyword, and without a mask.

        Args:
            hidden_states: (batch, places, channels).
            encoder_hidden_states: (batch, text tokens + image tokens, context).
        """
        text = encoder_hidden_states[:, : -self.image_tokens]
        image = encoder_hidden_states[:, -self.image_tokens :]
        query = attention.to_q(hidden_states)
        attended = _attend(query, attention.to_k(text), attention.to_v(text), attention.heads)
        attended = attended + _attend(query, self.to_k_image(image), self.to_v_image(image), attention.heads)
        for layer in attention.to_out:
            attended = layer(attended)
        return attended


def attend_to_images(network: nn.Module, image_tokens: int) -> None:
    """Give every cross-attention of a network keys and values for image tokens."""
    for attention in _text_attentions(network):
        # A module among the processors: diffusers registers it, so its weights are saved and trained.
        attention.set_processor(TextAndImageAttention(attention, image_tokens))  # type: ignore[arg-type]


def widened(weight: Tensor, image_channels: int) -> Tensor:
    """Return a convolution's weight with zeros for further input channels.

    Args:
        weight: (out, in, height, width).

    Returns:
        (out, in + image_channels, height, width): what the new channels hold has no effect yet.
    """
    out, _, height, width = weight.shape
    return torch.cat([weight, weight.new_zeros(out, image_channels, height, width)], dim=1)


def _text_attentions(network: nn.Module) -> Iterator[Attention]:
    for name, module in list(network.named_modules()):
        is_spatial = ".attentions." in name
        if is_spatial and name.endswith(TEXT_ATTENTION) and isinstance(module, Attention):
            yield module


def _attend(query: Tensor, key: Tensor, value: Tensor, heads: int) -> Tensor:
    """Attend with several heads; all are (batch, tokens, channels)."""
    query, key, value = (x.view(*x.shape[:2], heads, -1).transpose(1, 2) for x in (query, key, value))
    return functional.scaled_dot_product_attention(query, key, value).transpose(1, 2).flatten(2)
