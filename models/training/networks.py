"""The pipeline a run starts from: network, autoencoder, text encoder, schedule."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from diffusers.models.autoencoders.autoencoder_kl import AutoencoderKL
from torch import Tensor
from transformers import AutoTokenizer, CLIPTextModel, CLIPVisionModel
from transformers.models.clip import CLIPImageProcessorPil

from models.motif.conditioning import parse_conditioning
from models.motif.convert import load_videocrafter_weights
from models.motif.patch_autoencoder import PatchAutoencoder
from models.motif.pipeline import MotifImageToVideoPipeline
from models.motif.scheduler import MotifDDIMScheduler
from models.motif.toy_text_encoder import random_text_encoder, scene_vocabulary, word_tokenizer
from models.motif.unet import MotifUNet
from models.motif.weights import CheckpointError, read_tensors, read_text_to_video
from models.motion.frames import BadClip, Frames
from models.training.config import NetworkSettings, NoiseSettings, TrainingConfig
from models.training.datasets import Source
from models.training.enums import NetworkKind
from models.training.errors import BadConfig, NoClips

# Enough clips to find the principal components of patches; a few dozen more change them by less than noise.
_CLIPS_TO_FIT = 48


def open_pipeline(config: TrainingConfig, sources: Sequence[Source]) -> MotifImageToVideoPipeline:
    """Return the pipeline before the first step.

    Args:
        sources: the clips; the autoencoder of `tiny` is fitted to some of those trained on.

    Raises:
        BadConfig: the weights cannot be loaded.
        NoClips: not one clip can be read to fit the autoencoder of `tiny`.
    """
    match config.network.kind:
        case NetworkKind.TINY:
            pipeline = _tiny(config, sources)
        case NetworkKind.PIPELINE:
            pipeline = _loaded(config)
        case _:
            pipeline = _converted(config)
    data = config.data
    # What is trained is what a call makes where it names nothing else, whatever a pipeline made before.
    pipeline.register_to_config(  # type: ignore[no-untyped-call]  # diffusers'
        height=data.height, width=data.width, num_frames=data.frames, fps=data.fps
    )
    return pipeline


def scheduler_of(noise: NoiseSettings) -> MotifDDIMScheduler:
    """Return the noise schedule of a config."""
    scheduler: MotifDDIMScheduler = MotifDDIMScheduler(
        num_train_timesteps=noise.steps,
        beta_start=noise.beta_start,
        beta_end=noise.beta_end,
        beta_schedule=noise.beta_schedule,
        prediction_type=noise.prediction_type.value,
        # With no signal left at the last timestep, sampling has to begin there.
        timestep_spacing="trailing" if noise.zero_terminal_snr else "leading",
        rescale_betas_zero_snr=noise.zero_terminal_snr,
        scale_b=noise.latent_scale,
    )
    return scheduler


def as_pictures(frames: Frames) -> Tensor:
    """Return frames as the autoencoder wants them, (frames, 3, height, width) float32 in [-1, 1]."""
    return torch.from_numpy(np.ascontiguousarray(frames)).permute(0, 3, 1, 2).float() / 127.5 - 1


def _tiny(config: TrainingConfig, sources: Sequence[Source]) -> MotifImageToVideoPipeline:
    sizes = config.tiny
    tokenizer = word_tokenizer(scene_vocabulary())
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(config.seed)
        unet = MotifUNet(
            latent_channels=sizes.latent_channels,
            conditioning=config.network.conditioning,
            block_out_channels=sizes.channels,
            layers_per_block=1,
            cross_attention_dim=sizes.text_channels,
            attention_head_dim=sizes.head_dim,
            norm_num_groups=sizes.groups,
        )
    return MotifImageToVideoPipeline(
        vae=PatchAutoencoder.fit(
            _frames_to_fit(sources), sizes.patch, sizes.latent_channels, whiten=sizes.whiten
        ),
        # The same words mean the same to every tiny network, whatever its seed.
        text_encoder=random_text_encoder(tokenizer, seed=0, channels=sizes.text_channels),
        tokenizer=tokenizer,
        unet=unet,
        scheduler=scheduler_of(config.noise),
        residual_scale=sizes.residual_scale,
    )


def _frames_to_fit(sources: Sequence[Source]) -> Tensor:
    mine = [source for source in sources if not source.held_out]
    pictures = []
    for source in mine[:: max(1, len(mine) // _CLIPS_TO_FIT)]:
        try:
            pictures.append(as_pictures(source.read().frames[::4]))
        except BadClip:
            continue  # counted and logged when the clips are prepared
    if not pictures:
        raise NoClips("None of the clips can be read; look at one with: ti2v heatmap CLIP.")
    return torch.cat(pictures)


def _loaded(config: TrainingConfig) -> MotifImageToVideoPipeline:
    try:
        pipeline: MotifImageToVideoPipeline = MotifImageToVideoPipeline.from_pretrained(config.network.path)
    except (OSError, ValueError) as error:
        raise BadConfig(f"network.path: {config.network.path} holds no pipeline of ours: {error}") from error
    trained = pipeline.unet.conditioning.value
    if trained != config.network.conditioning:
        raise BadConfig(
            f"network.conditioning is {config.network.conditioning!r}; {config.network.path} has {trained!r}."
        )
    pipeline.scheduler = scheduler_of(config.noise)
    return pipeline


def _converted(config: TrainingConfig) -> MotifImageToVideoPipeline:
    """Take in a text-to-video network; its first answers are those it gave before."""
    network = config.network
    try:
        unet = _text_to_video(network)
        encoder, processor = _image_encoder(network)
        folder = network.companions or network.path
        return MotifImageToVideoPipeline(
            vae=AutoencoderKL.from_pretrained(folder, subfolder="vae").requires_grad_(False),
            text_encoder=CLIPTextModel.from_pretrained(folder, subfolder="text_encoder").requires_grad_(
                False
            ),
            tokenizer=AutoTokenizer.from_pretrained(folder, subfolder="tokenizer"),
            unet=unet,
            scheduler=scheduler_of(config.noise),
            image_encoder=encoder,
            image_processor=processor,
        )
    except (OSError, ValueError, CheckpointError) as error:
        raise BadConfig(f"network: {network.kind} cannot be loaded: {error}") from error


def _text_to_video(network: NetworkSettings) -> MotifUNet:
    conditioning = parse_conditioning(network.conditioning)
    if network.kind is NetworkKind.MODELSCOPE:
        return read_text_to_video(Path(network.path), conditioning)
    # Read first: building 1.4 billion weights takes most of a minute, and a wrong path should not.
    tensors = read_tensors(Path(network.path))
    unet: MotifUNet = MotifUNet(conditioning=network.conditioning)
    load_videocrafter_weights(tensors, unet, network.path)
    return unet


def _image_encoder(network: NetworkSettings) -> tuple[CLIPVisionModel | None, CLIPImageProcessorPil | None]:
    if not parse_conditioning(network.conditioning).attends:
        return None, None
    encoder = CLIPVisionModel.from_pretrained(network.image_encoder).requires_grad_(False)
    return encoder, CLIPImageProcessorPil.from_pretrained(network.image_encoder)
