"""Clips of a run whose tensors are in the tensor cache."""

from dataclasses import dataclass

from torch import Tensor

from models.training.cache import TensorCache, TensorKind
from models.training.datasets import ClipSource


@dataclass(frozen=True)
class CacheKeys:
    """The cache keys of a clip's tensors, one key per tensor."""

    latents: str
    text: str
    heatmap: str
    region: str


@dataclass(frozen=True, eq=False)
class CachedClip:
    """A clip whose tensors are in the cache. Each method reads one tensor from disk."""

    source: ClipSource
    cache: TensorCache
    keys: CacheKeys

    def latents(self) -> Tensor:
        """Return the scaled latents, (channels, frames, height, width) float32."""
        return self.cache.load(TensorKind.LATENTS, self.keys.latents)["latents"]

    def image_tokens(self) -> Tensor | None:
        """Return the first frame's image tokens, (tokens, channels) float32; None if there is no encoder."""
        return self.cache.load(TensorKind.LATENTS, self.keys.latents).get("image_tokens")

    def text(self) -> Tensor:
        """Return the caption's hidden states, (tokens, channels) float32."""
        return self.cache.load(TensorKind.TEXT, self.keys.text)["text"]

    def heatmap(self) -> Tensor:
        """Return the heatmap m' of the loss, (1, frames, height, width) float32 in [0, 1]."""
        return self.cache.load(TensorKind.HEATMAP, self.keys.heatmap)["heatmap"]

    def region(self) -> Tensor:
        """Return the heatmap m from optical flow, (1, frames, height, width) float32 in [0, 1].

        This heatmap is never inverted and never made from segments, because Figure 6 must compare the same
        regions in every run.
        """
        return self.cache.load(TensorKind.HEATMAP, self.keys.region)["heatmap"]


@dataclass(frozen=True, eq=False)
class Dataset:
    """The usable clips of a run.

    Attributes:
        training: the clips to train on.
        held_out: the clips for validation.
        broken: the reasons why clips were skipped; each key is a clip's name.
        empty_text: (tokens, channels) float32, the embedding of the empty caption.
    """

    training: list[CachedClip]
    held_out: list[CachedClip]
    broken: dict[str, str]
    empty_text: Tensor
