"""Conditions a network on an image: concatenates image latents, or adds cross-attention to image tokens.

The paper uses `x-cat`; `cx-attn` and `both` are the paper's ablations (arXiv:2412.16153, Table 3). The added
weights are initialised so that, before training, the network's outputs equal the outputs of the text-to-video
network.
"""

from collections.abc import Iterator
from enum import StrEnum

import torch
from diffusers.models.attention_processor import Attention
from torch import Tensor, nn
from torch.nn import functional

# Name of the cross-attention in a spatial block. (`attn1` is self-attention; temporal blocks have no text
# input.)
TEXT_ATTENTION = "attn2"


class Conditioning(StrEnum):
    """Image conditioning of a network, with the paper's names."""

    X_CAT = "x-cat"
    CX_ATTN = "cx-attn"
    BOTH = "both"

    @property
    def concatenates(self) -> bool:
        """Return whether the image latents are concatenated to the noisy latents (the network's input)."""
        return self is not Conditioning.CX_ATTN

    @property
    def attends(self) -> bool:
        """Return whether the network cross-attends to image tokens."""
        return self is not Conditioning.X_CAT


def parse_conditioning(name: str) -> Conditioning:
    """Return the conditioning that has this name.

    Raises:
        ValueError: the name is unknown; the message lists all names.
    """
    if name not in set(Conditioning):
        raise ValueError(f"unknown conditioning {name!r}; expected one of {', '.join(Conditioning)}")
    return Conditioning(name)


class TextAndImageAttention(nn.Module):
    """Cross-attends to text and image tokens with separate keys and values, and adds the two results.

    VideoCrafter1 and DynamiCrafter use this "decoupled" cross-attention. The implementation of MotiF's
    `cx-attn` is not published. The context holds the text tokens followed by the image tokens. The value
    projection of image tokens is initialised to zero.
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
        """Compute the attention; diffusers calls this method with keyword arguments and without a mask.

        Args:
            attention: the attention module whose text projections are used.
            hidden_states: (batch, positions, channels).
            encoder_hidden_states: (batch, text tokens + image tokens, context).

        Returns:
            (batch, positions, channels).
        """
        text = encoder_hidden_states[:, : -self.image_tokens]
        image = encoder_hidden_states[:, -self.image_tokens :]
        query = attention.to_q(hidden_states)
        attended = _attend(query, attention.to_k(text), attention.to_v(text), attention.heads)
        attended = attended + _attend(query, self.to_k_image(image), self.to_v_image(image), attention.heads)
        for layer in attention.to_out:
            attended = layer(attended)
        return attended


def add_image_attention(network: nn.Module, image_tokens: int) -> None:
    """Add key and value projections for image tokens to every cross-attention of a network, in place."""
    for attention in _text_attentions(network):
        # diffusers registers a processor that is a module, so its weights are trained and saved.
        attention.set_processor(TextAndImageAttention(attention, image_tokens))  # type: ignore[arg-type]


def widen_input_channels(weight: Tensor, image_channels: int) -> Tensor:
    """Add input channels, initialised to zero, to the weight of a convolution.

    Args:
        weight: (out, in, height, width).
        image_channels: number of input channels to add.

    Returns:
        (out, in + image_channels, height, width); the new weights are zero, so the output does not depend on
        the new channels.
    """
    out, _, height, width = weight.shape
    return torch.cat([weight, weight.new_zeros(out, image_channels, height, width)], dim=1)


def _text_attentions(network: nn.Module) -> Iterator[Attention]:
    for name, module in list(network.named_modules()):
        is_spatial = ".attentions." in name
        if is_spatial and name.endswith(TEXT_ATTENTION) and isinstance(module, Attention):
            yield module


def _attend(query: Tensor, key: Tensor, value: Tensor, heads: int) -> Tensor:
    """Compute multi-head attention; all tensors are (batch, tokens, channels)."""
    query, key, value = (x.view(*x.shape[:2], heads, -1).transpose(1, 2) for x in (query, key, value))
    return functional.scaled_dot_product_attention(query, key, value).transpose(1, 2).flatten(2)
