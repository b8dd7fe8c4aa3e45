"""Defines the interface of encoded clips, and implements this interface for the tensor cache."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from torch import Tensor

from models.motion.frames import Frames
from models.training.cache import TensorCache, TensorKind
from models.training.clip_sources import ClipLabel, ClipSource


@dataclass(frozen=True, eq=False)
class ClipTensors:
    """The tensors of a clip, all float32.

    Attributes:
        latents: the scaled latents, (channels, frames, height, width).
        image_tokens: the first frame's image tokens, (tokens, channels); None if there is no image encoder.
        text: the caption's hidden states, (tokens, channels).
        heatmap: the heatmap m' of the loss, (1, frames, height, width) in [0, 1].
        region: the heatmap m from optical flow, with the shape of `heatmap`. The heatmap m is never inverted
            and never made from segments, because Figure 6 must compare the same regions in every run.
        fps: frame rate of the clip.
    """

    latents: Tensor
    image_tokens: Tensor | None
    text: Tensor
    heatmap: Tensor
    region: Tensor
    fps: float


class EncodedClip(Protocol):
    """A clip whose tensors are stored on disk."""

    @property
    def label(self) -> ClipLabel:
        """The clip's name, identity and caption."""

    def tensors(self) -> ClipTensors:
        """Read the tensors from disk."""

    def frames(self) -> Frames:
        """Return the frames of a held-out clip, (frames, height, width, 3) uint8 RGB."""


@dataclass(frozen=True)
class CacheKeys:
    """The cache keys of a clip's tensors, one key per file."""

    latents: str
    text: str
    heatmap: str
    region: str


@dataclass(frozen=True, eq=False)
class CachedClip:
    """An `EncodedClip` in the tensor cache."""

    source: ClipSource
    cache: TensorCache
    keys: CacheKeys

    @property
    def label(self) -> ClipLabel:
        return self.source.label

    def tensors(self) -> ClipTensors:
        """Read the tensors from the cache; see `EncodedClip`."""
        load = self.cache.load
        return clip_tensors(
            load(TensorKind.LATENTS, self.keys.latents)
            | load(TensorKind.TEXT, self.keys.text)
            | load(TensorKind.HEATMAP, self.keys.heatmap)
            | {"region": load(TensorKind.HEATMAP, self.keys.region)["heatmap"]}
        )

    def frames(self) -> Frames:
        """Decode the clip; see `EncodedClip`."""
        return self.source.read().frames


def clip_tensors(stored: Mapping[str, Tensor]) -> ClipTensors:
    """Return the tensors of a clip by their stored names."""
    return ClipTensors(
        latents=stored["latents"],
        image_tokens=stored.get("image_tokens"),
        text=stored["text"],
        heatmap=stored["heatmap"],
        region=stored["region"],
        fps=float(stored["fps"]),
    )


@dataclass(frozen=True, eq=False)
class Dataset:
    """The usable clips of a run.

    Attributes:
        training: the clips to train on.
        held_out: the clips for validation.
        broken: the reasons why clips were skipped; each key is a clip's name.
        empty_text: (tokens, channels) float32, the embedding of the empty caption.
    """

    training: Sequence[EncodedClip]
    held_out: Sequence[EncodedClip]
    broken: dict[str, str]
    empty_text: Tensor
