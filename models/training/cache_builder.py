"""Fills the tensor cache with the tensors of clips, and skips broken clips."""

import logging
from collections.abc import Callable, Sequence
from functools import partial

from models.motif.pipeline import MotifImageToVideoPipeline
from models.motion.frames import BadClip
from models.training.cache import TensorCache, TensorKind, hash_key
from models.training.clip_encoder import ClipEncoder, heatmap_settings_key, region_settings
from models.training.clip_sources import ClipSource
from models.training.config import TrainingConfig
from models.training.config_sections import HeatmapSection
from models.training.encoded_clips import CachedClip, CacheKeys, Dataset, EncodedClip

logger = logging.getLogger(__name__)


class CacheBuilder:
    """Computes the cache keys of clips, and computes the tensors that are missing from the cache."""

    def __init__(self, config: TrainingConfig, encoder: ClipEncoder, cache: TensorCache) -> None:
        self._config, self._encoder, self._cache = config, encoder, cache

    def keys(self, source: ClipSource) -> CacheKeys:
        """Return the cache keys of a clip."""
        data = self._config.data
        clip = (source.label.identity, data.frames, data.height, data.width, data.fps)
        return CacheKeys(
            latents=hash_key("latents", clip, self._encoder.keys.vae, self._encoder.keys.image),
            text=self.text_key(source.label.caption),
            heatmap=self._heatmap_key(clip, self._config.heatmap),
            region=self._heatmap_key(clip, region_settings(self._config.heatmap)),
        )

    def text_key(self, caption: str) -> str:
        """Return the cache key of a caption."""
        return hash_key("text", caption, self._encoder.keys.text)

    def build(self, source: ClipSource) -> None:
        """Compute those tensors of a clip that are missing from the cache.

        Raises:
            BadClip: the clip cannot be decoded, or its motion cannot be measured.
            CannotWrite: the disk is full.
        """
        keys, encoder, ensure = self.keys(source), self._encoder, self._cache.ensure
        self.build_text(source.label.caption)
        heatmaps = {keys.region: region_settings(self._config.heatmap), keys.heatmap: self._config.heatmap}
        wanted = [(TensorKind.LATENTS, keys.latents), *((TensorKind.HEATMAP, key) for key in heatmaps)]
        if all(self._cache.has(kind, key) for kind, key in wanted):
            return
        clip = source.read()
        ensure(TensorKind.LATENTS, keys.latents, lambda: encoder.image_tensors(source.label, clip))
        for key, settings in heatmaps.items():
            ensure(TensorKind.HEATMAP, key, partial(encoder.heatmap_tensors, clip, settings))

    def build_text(self, caption: str) -> None:
        """Compute the embedding of a caption if the cache does not contain the embedding.

        Raises:
            CannotWrite: the disk is full.
        """
        key = self.text_key(caption)
        self._cache.ensure(TensorKind.TEXT, key, lambda: {"text": self._encoder.text(caption)})

    def _heatmap_key(self, clip: object, settings: HeatmapSection) -> str:
        return hash_key("heatmap", clip, heatmap_settings_key(settings), self._encoder.latent_size)


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
    builder = CacheBuilder(config, ClipEncoder(config.data, pipeline, str(pipeline.device)), cache)
    broken: dict[str, str] = {}
    usable: list[EncodedClip] = []
    for source in sources:
        try:
            builder.build(source)
        except (BadClip, FileNotFoundError) as error:
            logger.warning("skipped a broken clip: %s", error)
            broken[source.label.name] = str(error)
        else:
            usable.append(CachedClip(source, cache, builder.keys(source)))
        on_clip()
    builder.build_text("")
    empty_text = cache.load(TensorKind.TEXT, builder.text_key(""))["text"]
    training = [clip for clip in usable if not clip.label.held_out]
    held_out = [clip for clip in usable if clip.label.held_out]
    return Dataset(training, held_out, broken, empty_text)
