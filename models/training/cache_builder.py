"""Fills the tensor cache: encodes clips and captions, computes heatmaps, skips broken clips."""

import logging
from collections.abc import Callable, Sequence
from functools import cached_property

import torch

from models.motif.encoders import NotFinite, encode_frames, encode_image_tokens, encode_text
from models.motif.pipeline import MotifImageToVideoPipeline
from models.motion.frames import BadClip
from models.motion.settings import FLOW_REVISION
from models.training.cache import TensorCache, TensorKind, Tensors, fingerprint, hash_key
from models.training.cached_clips import CachedClip, CacheKeys, Dataset
from models.training.config import TrainingConfig
from models.training.config_sections import HeatmapSection
from models.training.datasets import ClipSource, TrainingClip
from models.training.enums import HeatmapSource
from models.training.errors import BadConfig
from models.training.heatmaps import clip_heatmap
from models.training.networks import frames_to_tensor

logger = logging.getLogger(__name__)


class CacheBuilder:
    """Computes the cache keys of clips, and computes the tensors that are missing from the cache."""

    def __init__(
        self, config: TrainingConfig, pipeline: MotifImageToVideoPipeline, cache: TensorCache
    ) -> None:
        self._config, self._pipeline, self._cache = config, pipeline, cache

    @cached_property
    def _text_encoder_key(self) -> str:
        """Return a key of everything that influences text embeddings: vocabulary, weights, skipped layers."""
        vocabulary = hash_key(self._pipeline.tokenizer.get_vocab())
        weights = fingerprint(self._pipeline.components["text_encoder"])
        return f"{vocabulary} {weights} {self._skipped_layers}"

    @property
    def _skipped_layers(self) -> int:
        return int(self._pipeline.config["skip_text_layers"])

    @cached_property
    def _encoders_key(self) -> str:
        parts = (self._pipeline.components[name] for name in ("vae", "image_encoder"))
        scale = self._pipeline.vae.config.scaling_factor
        return " ".join([*(fingerprint(part) for part in parts), str(scale)])

    def keys(self, source: ClipSource) -> CacheKeys:
        """Return the cache keys of a clip."""
        data = self._config.data
        clip = (source.identity, data.frames, data.height, data.width, data.fps)
        return CacheKeys(
            latents=hash_key("latents", clip, self._encoders_key),
            text=self.text_key(source.caption),
            heatmap=self._heatmap_key(clip, self._config.heatmap),
            region=self._heatmap_key(clip, region_settings(self._config.heatmap)),
        )

    def text_key(self, caption: str) -> str:
        """Return the cache key of a caption."""
        return hash_key("text", caption, self._text_encoder_key)

    def build(self, source: ClipSource) -> None:
        """Compute those tensors of a clip that are missing from the cache.

        Raises:
            BadClip: the clip cannot be decoded, or its motion cannot be measured.
            CannotWrite: the disk is full.
        """
        keys = self.keys(source)
        wanted = (
            (TensorKind.LATENTS, keys.latents),
            (TensorKind.HEATMAP, keys.heatmap),
            (TensorKind.HEATMAP, keys.region),
        )
        self.build_text(source.caption)
        if all(self._cache.has(kind, key) for kind, key in wanted):
            return
        clip = source.read()
        try:
            self._cache.ensure(TensorKind.LATENTS, keys.latents, lambda: self._encode(clip))
        except NotFinite as error:
            raise BadClip(f"{source.name}: {error}.") from error
        for key, settings in (
            (keys.region, region_settings(self._config.heatmap)),
            (keys.heatmap, self._config.heatmap),
        ):
            self._cache.ensure(TensorKind.HEATMAP, key, self._heatmap_of(clip, settings))

    def build_text(self, caption: str) -> None:
        """Compute the embedding of a caption if the cache does not contain the embedding.

        Raises:
            CannotWrite: the disk is full.
        """

        def compute() -> Tensors:
            states = encode_text(
                self._pipeline.tokenizer,
                self._pipeline.text_encoder,
                [caption],
                skip_layers=self._skipped_layers,
            )
            return {"text": states[0].float()}

        self._cache.ensure(TensorKind.TEXT, self.text_key(caption), compute)

    def _heatmap_key(self, clip: object, settings: HeatmapSection) -> str:
        return hash_key("heatmap", FLOW_REVISION, clip, settings.model_dump(mode="json"), self._latent_size)

    @cached_property
    def _latent_size(self) -> tuple[int, int]:
        """Return the height and width of the latents.

        A run asks before it encodes clips, to detect a wrong size.

        Raises:
            BadConfig: the network does not support the size.
        """
        data = self._config.data
        latents = encode_frames(self._pipeline.vae, torch.zeros(1, 3, data.height, data.width))
        height, width = latents.shape[2:]
        multiple = self._pipeline.unet.side_multiple
        if height % multiple or width % multiple:
            raise BadConfig(
                f"data.height {data.height} and data.width {data.width} give latents of {height}x{width}; "
                f"the network needs both sides in multiples of {multiple}. Change data.height or data.width."
            )
        return height, width

    def _encode(self, clip: TrainingClip) -> Tensors:
        frames = frames_to_tensor(clip.frames)
        tensors = {"latents": encode_frames(self._pipeline.vae, frames).transpose(0, 1).cpu()}
        if self._pipeline.image_encoder is not None:
            processor, encoder = self._pipeline.image_processor, self._pipeline.image_encoder
            tensors["image_tokens"] = encode_image_tokens(processor, encoder, frames[:1])[0].float().cpu()
        return tensors

    def _heatmap_of(self, clip: TrainingClip, settings: HeatmapSection) -> Callable[[], Tensors]:
        def compute() -> Tensors:
            heatmap = clip_heatmap(clip, settings, *self._latent_size)
            return {"heatmap": torch.from_numpy(heatmap)[None]}

        return compute


def region_settings(settings: HeatmapSection) -> HeatmapSection:
    """Return the heatmap settings for high-motion regions: always optical flow that is not inverted."""
    return settings.model_copy(update={"source": HeatmapSource.FLOW, "inverse": False})


def build_dataset(
    config: TrainingConfig,
    pipeline: MotifImageToVideoPipeline,
    sources: Sequence[ClipSource],
    cache: TensorCache,
    on_clip: Callable[[], None] = lambda: None,
) -> Dataset:
    """Cache the tensors of all clips. Broken clips are logged, counted and skipped.

    Args:
        config: the run's config.
        pipeline: the pipeline with the encoders.
        sources: all clips of the run.
        cache: the cache in which tensors are stored.
        on_clip: function that is called after each clip, for a progress bar.

    Raises:
        CannotWrite: the disk is full.
    """
    builder = CacheBuilder(config, pipeline, cache)
    broken: dict[str, str] = {}
    usable: list[CachedClip] = []
    for source in sources:
        try:
            builder.build(source)
        except (BadClip, FileNotFoundError) as error:
            logger.warning("skipped a broken clip: %s", error)
            broken[source.name] = str(error)
        else:
            usable.append(CachedClip(source, cache, builder.keys(source)))
        on_clip()
    builder.build_text("")
    empty_text = cache.load(TensorKind.TEXT, builder.text_key(""))["text"]
    training = [clip for clip in usable if not clip.source.held_out]
    held_out = [clip for clip in usable if clip.source.held_out]
    return Dataset(training, held_out, broken, empty_text)
