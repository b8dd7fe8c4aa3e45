"""Builds the dataset of sprite clips. Clips are rendered and encoded when they are needed, and not stored."""

from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache
from typing import overload

from benchmark.scenes.sprites import SpriteClip, SpriteSettings, held_out_clips, training_clip
from models.motif.pipeline import MotifImageToVideoPipeline
from models.motion.frames import Frames
from models.training.clip_encoder import ClipEncoder, region_settings
from models.training.clip_sources import ClipLabel, TrainingClip
from models.training.config import TrainingConfig
from models.training.data_settings import DataSettings
from models.training.encoded_clips import ClipTensors, Dataset, EncodedClip
from models.training.errors import BadConfig

# All runs share the training clips; a run's seed decides their order.
_DATA_SEED = 0


def sprite_dataset(config: TrainingConfig, pipeline: MotifImageToVideoPipeline) -> Dataset:
    """Return the training clips and the held-out benchmark of a config.

    Raises:
        BadConfig: the size of the frames is not supported.
    """
    encoder = _SpriteEncoder(config, pipeline)
    held_out = [_RenderedClip(clip, encoder) for clip in held_out_sprites(config.data)]
    training = _TrainingClips(config.data.images, _sprite_settings(config.data), encoder)
    return Dataset(training, held_out, {}, encoder.text(""))


def held_out_sprites(data: DataSettings) -> tuple[SpriteClip, ...]:
    """Return the held-out clips of the first `data.held_out_images` images of the held-out benchmark.

    Raises:
        BadConfig: the size of the frames is not supported, or the sprites are too large.
    """
    try:
        clips = held_out_clips(_sprite_settings(data))
    except ValueError as error:
        raise BadConfig(f"data.static_share: {error}.") from error
    images = list(dict.fromkeys(clip.image_id for clip in clips))[: data.held_out_images]
    return tuple(clip for clip in clips if clip.image_id in images)


def _sprite_settings(data: DataSettings) -> SpriteSettings:
    try:
        return SpriteSettings(side=data.height, frames=data.frames, static_share=data.static_share)
    except ValueError as error:
        raise BadConfig(f"data: {error}.") from error


class _SpriteEncoder:
    """Computes the tensors of sprite clips; the embedding of a caption is computed once."""

    def __init__(self, config: TrainingConfig, pipeline: MotifImageToVideoPipeline) -> None:
        self._config = config
        self._encoder = ClipEncoder(config.data, pipeline, str(pipeline.device))
        self.text = lru_cache(maxsize=None)(self._encoder.text)

    def label(self, clip: SpriteClip) -> ClipLabel:
        return ClipLabel(clip.pair_id, clip.pair_id, clip.prompt, clip.split is not None)

    def tensors(self, clip: SpriteClip) -> ClipTensors:
        settings, encoder = self._config.heatmap, self._encoder
        known = TrainingClip(clip.frames, Fraction(self._config.data.fps), clip.flow, clip.masks[:, 0])
        image = encoder.image_tensors(self.label(clip), known)
        region = encoder.heatmap(known, region_settings(settings))
        same = settings == region_settings(settings)
        return ClipTensors(
            latents=image["latents"],
            image_tokens=image.get("image_tokens"),
            text=self.text(clip.prompt),
            heatmap=region if same else encoder.heatmap(known, settings),
            region=region,
            fps=float(self._config.data.fps),
        )


class _RenderedClip:
    """An `EncodedClip` whose tensors are computed once, at the first access."""

    def __init__(self, clip: SpriteClip, encoder: _SpriteEncoder) -> None:
        self._clip, self._encoder = clip, encoder
        self._tensors: ClipTensors | None = None

    @property
    def label(self) -> ClipLabel:
        return self._encoder.label(self._clip)

    def tensors(self) -> ClipTensors:
        if self._tensors is None:
            self._tensors = self._encoder.tensors(self._clip)
        return self._tensors

    def frames(self) -> Frames:
        return self._clip.frames


class _TrainingClips(Sequence[EncodedClip]):
    """The training clips; each access renders and encodes the clip again."""

    def __init__(self, count: int, settings: SpriteSettings, encoder: _SpriteEncoder) -> None:
        self._numbers, self._settings, self._encoder = range(count), settings, encoder

    def __len__(self) -> int:
        return len(self._numbers)

    @overload
    def __getitem__(self, index: int) -> EncodedClip: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[EncodedClip]: ...

    def __getitem__(self, index: int | slice) -> EncodedClip | Sequence[EncodedClip]:
        if isinstance(index, slice):
            return [self[number] for number in self._numbers[index]]
        return _RenderedClip(training_clip(_DATA_SEED, self._numbers[index], self._settings), self._encoder)
