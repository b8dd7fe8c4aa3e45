"""Computes attention for a few heads at a time, which saves memory if there is no fused attention."""

from diffusers.models.attention_processor import Attention
from torch import nn

from models.motif.conditioning import TextAndImageAttention


def set_attention_slice(network: nn.Module, slice_size: str | int | None) -> None:
    """Set, in place, how many attention heads each attention module computes at the same time.

    Attention to text and image tokens is not sliced, because slices would drop the image tokens.

    Args:
        network: a network with attention modules of diffusers.
        slice_size: number of heads; `auto` for half of the heads, `max` for one head, None for all heads.

    Raises:
        ValueError: the size is an unknown text, or is not a number from 1 to the number of heads.
    """
    attentions = [
        module
        for module in network.modules()
        if isinstance(module, Attention) and not isinstance(module.processor, TextAndImageAttention)
    ]
    sizes = [_heads(slice_size, attention) for attention in attentions]
    for attention, size in zip(attentions, sizes, strict=True):
        attention.set_attention_slice(size)  # type: ignore[arg-type]  # None is allowed


def _heads(slice_size: str | int | None, attention: Attention) -> int | None:
    if slice_size is None:
        return None
    named = {"auto": max(1, attention.heads // 2), "max": 1}
    heads = named.get(slice_size, 0) if isinstance(slice_size, str) else slice_size
    if not 1 <= heads <= attention.heads:
        raise ValueError(
            f"slice_size is {slice_size!r}; expected auto, max or a number from 1 to {attention.heads}"
        )
    return heads
