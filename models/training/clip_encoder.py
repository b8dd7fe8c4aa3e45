"""Computes the tensors of a clip: latents, image tokens, text embedding and heatmaps."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor

from models.motif.encoders import NotFinite, encode_frames, encode_image_tokens, encode_text
from models.motif.pipeline import MotifImageToVideoPipeline
from models.motion.frames import BadClip
from models.motion.settings import FLOW_REVISION
from models.training.cache import Tensors, fingerprint, hash_key
from models.training.clip_sources import ClipLabel, TrainingClip
from models.training.config import TrainingConfig
from models.training.config_sections import HeatmapSection
from models.training.data_settings import DataSettings
from models.training.enums import HeatmapSource
from models.training.errors import BadConfig
from models.training.heatmaps import clip_heatmap
from models.training.networks import frames_to_tensor


@dataclass(frozen=True)
class EncoderKeys:
    """Cache keys of the weights and settings on which the encoders' results depend.

    Attributes:
        vae: weights and scale of the autoencoder.
        text: vocabulary, weights and skipped layers of the text encoder.
        image: weights of the image encoder; without an image encoder, the key of an empty set of weights.
    """

    vae: str
    text: str
    image: str


class ClipEncoder:
    """Computes tensors with the frozen networks of a pipeline.

    Args:
        data: the settings of the clips.
        pipeline: the pipeline with the encoders.
        device: device of the encoders, of RAFT and of SAM.
    """

    def __init__(self, data: DataSettings, pipeline: MotifImageToVideoPipeline, device: str) -> None:
        self._data, self._pipeline, self._device = data, pipeline, device

    @cached_property
    def keys(self) -> EncoderKeys:
        """The keys of the pipeline's encoders."""
        vae, text, image = (
            fingerprint(self._pipeline.components[name]) for name in ("vae", "text_encoder", "image_encoder")
        )
        vocabulary = hash_key(self._pipeline.tokenizer.get_vocab())
        scale = self._pipeline.vae.config.scaling_factor
        return EncoderKeys(f"{vae} {scale}", f"{vocabulary} {text} {self._skipped_layers}", image)

    @property
    def _skipped_layers(self) -> int:
        return int(self._pipeline.config["skip_text_layers"])

    @cached_property
    def latent_size(self) -> tuple[int, int]:
        """The height and width of the latents.

        A run reads this size before it encodes clips, to detect an unsupported size early.

        Raises:
            BadConfig: the network does not support the size.
        """
        data = self._data
        latents = encode_frames(self._pipeline.vae, torch.zeros(1, 3, data.height, data.width))
        height, width = latents.shape[2:]
        multiple = self._pipeline.unet.side_multiple
        if height % multiple or width % multiple:
            raise BadConfig(
                f"data.height {data.height} and data.width {data.width} give latents of {height}x{width}; "
                f"the network needs both sides in multiples of {multiple}. Change data.height or data.width."
            )
        return height, width

    def image_tensors(self, label: ClipLabel, clip: TrainingClip) -> Tensors:
        """Return the latents and the frame rate; if there is an image encoder, also the image tokens.

        Raises:
            BadClip: the encoders return NaN or infinity.
        """
        frames = frames_to_tensor(clip.frames)
        try:
            tensors = {"latents": encode_frames(self._pipeline.vae, frames).transpose(0, 1).cpu()}
            if self._pipeline.image_encoder is not None:
                processor, encoder = self._pipeline.image_processor, self._pipeline.image_encoder
                tensors["image_tokens"] = encode_image_tokens(processor, encoder, frames[:1])[0].float().cpu()
        except NotFinite as error:
            raise BadClip(f"{label.name}: {error}.") from error
        return tensors | {"fps": torch.tensor(float(clip.fps), dtype=torch.float64)}

    def text(self, caption: str) -> Tensor:
        """Return the hidden states of a caption, (tokens, channels) float32."""
        states = encode_text(
            self._pipeline.tokenizer,
            self._pipeline.text_encoder,
            [caption],
            skip_layers=self._skipped_layers,
        )
        return states[0].float().cpu()

    def heatmap(self, clip: TrainingClip, settings: HeatmapSection) -> Tensor:
        """Return a heatmap, (1, frames, height, width) float32 in [0, 1], at the size of the latents.

        Raises:
            BadClip: the motion cannot be measured.
        """
        heatmap = clip_heatmap(clip, settings, *self.latent_size, device=self._device)
        return torch.from_numpy(heatmap)[None]

    def heatmap_tensors(self, clip: TrainingClip, settings: HeatmapSection) -> Tensors:
        """Return a heatmap in a dictionary, keyed by the heatmap's name in the tensor cache."""
        return {"heatmap": self.heatmap(clip, settings)}


def region_settings(settings: HeatmapSection) -> HeatmapSection:
    """Return the heatmap settings for high-motion regions: always optical flow, never inverted."""
    return settings.model_copy(update={"source": HeatmapSource.FLOW, "inverse": False})


def heatmap_settings_key(settings: HeatmapSection) -> str:
    """Return a cache key for the settings of a heatmap and the revision of the flow estimators."""
    return hash_key(FLOW_REVISION, settings.model_dump(mode="json"))


def distinct_heatmaps(configs: Sequence[TrainingConfig]) -> dict[str, HeatmapSection]:
    """Return the settings of all heatmaps that runs with these configs need, keyed by cache key."""
    every = [each for config in configs for each in (region_settings(config.heatmap), config.heatmap)]
    return {heatmap_settings_key(settings): settings for settings in every}
