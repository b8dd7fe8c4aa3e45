"""Encodes clips for the transformer: latents, text embeddings, and heatmaps that are pooled in time."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from diffusers.pipelines.wan.pipeline_wan_i2v import WanImageToVideoPipeline
from torch import Tensor

from models.motif_dit.config import FRAMES_PER_LATENT, DitConfig
from models.motion.frames import BadClip
from models.motion.heatmap import pool_frames
from models.training.clip_encoder import region_settings
from models.training.clip_sources import ClipLabel, ClipSource, TrainingClip
from models.training.config_sections import HeatmapSection
from models.training.errors import NoClips
from models.training.heatmaps import clip_heatmap
from models.training.networks import frames_to_tensor

logger = logging.getLogger(__name__)
_TEXT_TOKENS = 512  # as in the pipeline of Wan; the toy has fewer


@dataclass(frozen=True, eq=False)
class DitClip:
    """The tensors of a clip, all float32.

    Attributes:
        label: the clip's name and caption.
        latents: normalised latents, (channels, latent frames, height, width).
        text: hidden states of the caption, (tokens, channels).
        heatmap: the heatmap m', pooled in time, (1, latent frames, height, width) in [0, 1].
        region: the heatmap that defines the high-motion regions, with the shape of `heatmap`. This heatmap is
            computed from optical flow and is never inverted.
    """

    label: ClipLabel
    latents: Tensor
    text: Tensor
    heatmap: Tensor
    region: Tensor


@dataclass(frozen=True, eq=False)
class DitDataset:
    """The usable clips of a run.

    Attributes:
        training: the clips to train on.
        held_out: the clips for the measurement.
        broken: the reasons why clips were skipped; each key is a clip's name.
        empty_text: (tokens, channels) float32, the embedding of the empty caption.
    """

    training: list[DitClip]
    held_out: list[DitClip]
    broken: dict[str, str]
    empty_text: Tensor


@torch.no_grad()
def encode_clips(
    pipeline: WanImageToVideoPipeline, config: DitConfig, sources: Sequence[ClipSource]
) -> DitDataset:
    """Encode all clips. Broken clips are skipped, logged and counted.

    Raises:
        NoClips: no training clip is usable.
    """
    clips, broken = [], {}
    for source in sources:
        try:
            clips.append(_encode(pipeline, config, source))
        except BadClip as error:
            broken[source.label.name] = str(error)
            logger.warning("skipped %s: %s", source.label.name, error)
    if not any(not clip.label.held_out for clip in clips):
        raise NoClips(f"None of the {len(sources)} clips is usable for training.")
    if not config.transformer.path:
        clips = _normalised(clips)
    return DitDataset(
        [clip for clip in clips if not clip.label.held_out],
        [clip for clip in clips if clip.label.held_out],
        broken,
        encode_caption(pipeline, ""),
    )


def encode_caption(pipeline: WanImageToVideoPipeline, caption: str) -> Tensor:
    """Return the hidden states of a caption, (tokens, channels) float32; zeros after the last token."""
    length = min(_TEXT_TOKENS, pipeline.tokenizer.model_max_length)
    states, _ = pipeline.encode_prompt(caption, do_classifier_free_guidance=False, max_sequence_length=length)
    embedding: Tensor = states[0].float().cpu()
    return embedding


def _encode(pipeline: WanImageToVideoPipeline, config: DitConfig, source: ClipSource) -> DitClip:
    clip = source.read()
    if len(clip.frames) != config.data.frames:
        raise BadClip(f"the clip has {len(clip.frames)} frames; the config needs {config.data.frames}.")
    video = frames_to_tensor(clip.frames).transpose(0, 1)[None]
    vae = pipeline.vae
    raw = vae.encode(video.to(vae.device, vae.dtype)).latent_dist.mode()[0].float().cpu()
    mean, std = (torch.tensor(vae.config[name]).view(-1, 1, 1, 1) for name in ("latents_mean", "latents_std"))
    distinct = dict.fromkeys((config.heatmap, region_settings(config.heatmap)))
    maps = [_pooled_heatmap(clip, each, *raw.shape[2:], device=str(vae.device)) for each in distinct]
    text = encode_caption(pipeline, source.label.caption)
    return DitClip(source.label, (raw - mean) / std, text, maps[0], maps[-1])


def _pooled_heatmap(
    clip: TrainingClip, settings: HeatmapSection, height: int, width: int, *, device: str
) -> Tensor:
    heatmap = clip_heatmap(clip, settings, height, width, device=device)
    return torch.from_numpy(pool_frames(heatmap, FRAMES_PER_LATENT))[None]


def _normalised(clips: Sequence[DitClip]) -> list[DitClip]:
    """Scale a toy's latents to mean 0 and variance 1 per channel; Wan's latents use published statistics."""
    stacked = torch.stack([clip.latents for clip in clips if not clip.label.held_out])
    mean = stacked.mean(dim=(0, 2, 3, 4)).view(-1, 1, 1, 1)
    std = stacked.std(dim=(0, 2, 3, 4)).clamp(min=1e-6).view(-1, 1, 1, 1)
    return [replace(each, latents=(each.latents - mean) / std) for each in clips]
