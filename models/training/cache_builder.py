"""Compute latents, text embeddings and heatmaps of all clips once, and skip the clips that are broken."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor

from models.motif.encoders import NotFinite, encode_frames, encode_image_tokens, encode_text
from models.motif.pipeline import MotifImageToVideoPipeline
from models.motion.frames import BadClip
from models.training.cache import Kind, TensorCache, Tensors, fingerprint, key_of
from models.training.config import HeatmapSection, TrainingConfig
from models.training.datasets import Source, TrainingClip
from models.training.enums import HeatmapSource
from models.training.errors import BadConfig
from models.training.heatmaps import clip_heatmap
from models.training.networks import as_pictures

logger = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class CachedClip:
    """A clip's tensors on disk, read when they are used.

    Attributes:
        keys: by kind of tensor; `region` is the heatmap Figure 6 asks where motion is.
    """

    source: Source
    cache: TensorCache
    keys: "Keys"

    def latents(self) -> Tensor:
        """Return (channels, frames, height, width) float32."""
        return self.cache.load(Kind.LATENTS, self.keys.latents)["latents"]

    def image_tokens(self) -> Tensor | None:
        """Return (tokens, channels) of the first frame, where the network attends to it."""
        return self.cache.load(Kind.LATENTS, self.keys.latents).get("image_tokens")

    def text(self) -> Tensor:
        """Return (tokens, channels)."""
        return self.cache.load(Kind.TEXT, self.keys.text)["text"]

    def heatmap(self) -> Tensor:
        """Return m' of the loss, (1, frames, height, width) float32."""
        return self.cache.load(Kind.HEATMAP, self.keys.heatmap)["heatmap"]

    def region(self) -> Tensor:
        """Return m of optical flow, whatever the loss weighs by, (1, frames, height, width) float32."""
        return self.cache.load(Kind.HEATMAP, self.keys.region)["heatmap"]


@dataclass(frozen=True)
class Keys:
    """Where a clip's tensors are in the cache."""

    latents: str
    text: str
    heatmap: str
    region: str


@dataclass(frozen=True, eq=False)
class Dataset:
    """All clips of a run that can be used.

    Attributes:
        broken: clips that were skipped, each with its reason.
        empty_text: (tokens, channels), what a dropped text becomes.
    """

    training: list[CachedClip]
    held_out: list[CachedClip]
    broken: dict[str, str]
    empty_text: Tensor


class Preparer:
    """Makes a clip's tensors and knows their keys."""

    def __init__(
        self, config: TrainingConfig, pipeline: MotifImageToVideoPipeline, cache: TensorCache
    ) -> None:
        self._config, self._pipeline, self._cache = config, pipeline, cache

    @cached_property
    def _text_encoder_key(self) -> str:
        """Stand for all that turns a caption into hidden states: words' numbers, weights, layers left out."""
        words = key_of(self._pipeline.tokenizer.get_vocab())
        weights = fingerprint(self._pipeline.components["text_encoder"])
        return f"{words} {weights} {self._skipped_layers}"

    @property
    def _skipped_layers(self) -> int:
        return int(self._pipeline.config["skip_text_layers"])

    @cached_property
    def _encoders_key(self) -> str:
        parts = (self._pipeline.components[name] for name in ("vae", "image_encoder"))
        scale = self._pipeline.vae.config.scaling_factor
        return " ".join([*(fingerprint(part) for part in parts), str(scale)])

    def keys(self, source: Source) -> Keys:
        data = self._config.data
        cut = (source.identity, data.frames, data.height, data.width, data.fps)
        return Keys(
            latents=key_of("latents", cut, self._encoders_key),
            text=self.text_key(source.caption),
            heatmap=self._heatmap_key(cut, self._config.heatmap),
            region=self._heatmap_key(cut, region_settings(self._config.heatmap)),
        )

    def text_key(self, caption: str) -> str:
        return key_of("text", caption, self._text_encoder_key)

    def prepare(self, source: Source) -> None:
        """Make what is not in the cache yet.

        Raises:
            BadClip: the clip cannot be used.
            CannotWrite: the disk is full.
        """
        keys = self.keys(source)
        wanted = ((Kind.LATENTS, keys.latents), (Kind.HEATMAP, keys.heatmap), (Kind.HEATMAP, keys.region))
        self.prepare_text(source.caption)
        if all(self._cache.has(kind, key) for kind, key in wanted):
            return
        footage = source.read()
        try:
            self._cache.ensure(Kind.LATENTS, keys.latents, lambda: self._encode(footage))
        except NotFinite as error:
            raise BadClip(f"{source.name}: {error}.") from error
        self._cache.ensure(
            Kind.HEATMAP, keys.region, self._mapped(footage, region_settings(self._config.heatmap))
        )
        self._cache.ensure(Kind.HEATMAP, keys.heatmap, self._mapped(footage, self._config.heatmap))

    def prepare_text(self, caption: str) -> None:
        def make() -> Tensors:
            states = encode_text(
                self._pipeline.tokenizer,
                self._pipeline.text_encoder,
                [caption],
                skip_layers=self._skipped_layers,
            )
            return {"text": states[0].float()}

        self._cache.ensure(Kind.TEXT, self.text_key(caption), make)

    def _heatmap_key(self, cut: object, settings: HeatmapSection) -> str:
        return key_of("heatmap", cut, settings.model_dump(mode="json"), self._latent_size)

    @cached_property
    def _latent_size(self) -> tuple[int, int]:
        """Return height and width of latents; known before the first clip, not after the last."""
        data = self._config.data
        latents = encode_frames(self._pipeline.vae, torch.zeros(1, 3, data.height, data.width))
        height, width = latents.shape[2:]
        multiple = self._pipeline.unet.side_multiple
        if height % multiple or width % multiple:
            raise BadConfig(
                f"data.height {data.height} and data.width {data.width} give latents of {height}x{width}; "
                f"the network wants both sides in multiples of {multiple}."
            )
        return height, width

    def _encode(self, footage: TrainingClip) -> Tensors:
        pictures = as_pictures(footage.frames)
        made = {"latents": encode_frames(self._pipeline.vae, pictures).transpose(0, 1).cpu()}
        if self._pipeline.image_encoder is not None:
            processor, encoder = self._pipeline.image_processor, self._pipeline.image_encoder
            made["image_tokens"] = encode_image_tokens(processor, encoder, pictures[:1])[0].float().cpu()
        return made

    def _mapped(self, footage: TrainingClip, settings: HeatmapSection) -> Callable[[], Tensors]:
        def make() -> Tensors:
            heatmap = clip_heatmap(footage, settings, *self._latent_size)
            return {"heatmap": torch.from_numpy(heatmap)[None]}

        return make


def region_settings(settings: HeatmapSection) -> HeatmapSection:
    """Return the settings of the map that says where motion is: flow, not inverted, in every run."""
    return settings.model_copy(update={"source": HeatmapSource.FLOW, "inverse": False})


def prepare(
    config: TrainingConfig,
    pipeline: MotifImageToVideoPipeline,
    found: Sequence[Source],
    cache: TensorCache,
    on_clip: Callable[[], None] = lambda: None,
) -> Dataset:
    """Prepare every clip, log and count the broken ones.

    Args:
        on_clip: called after each clip, to draw a bar.

    Raises:
        CannotWrite: the disk is full.
    """
    preparer = Preparer(config, pipeline, cache)
    broken: dict[str, str] = {}
    usable: list[CachedClip] = []
    for source in found:
        try:
            preparer.prepare(source)
        except (BadClip, FileNotFoundError) as error:
            logger.warning("skipped a broken clip: %s", error)
            broken[source.name] = str(error)
        else:
            usable.append(CachedClip(source, cache, preparer.keys(source)))
        on_clip()
    preparer.prepare_text("")
    empty_text = cache.load(Kind.TEXT, preparer.text_key(""))["text"]
    training = [clip for clip in usable if not clip.source.held_out]
    held_out = [clip for clip in usable if clip.source.held_out]
    return Dataset(training, held_out, broken, empty_text)
