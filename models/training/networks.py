"""Creates the pipeline at the start of a run: network, autoencoder, text encoder and noise schedule."""

from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path

import numpy as np
import torch
from diffusers.models.autoencoders.autoencoder_kl import AutoencoderKL
from torch import Tensor
from transformers import AutoTokenizer, CLIPTextModel, CLIPVisionModel, PreTrainedTokenizerBase
from transformers.models.clip import CLIPImageProcessorPil

from benchmark.scenes.sprites import vocabulary
from models.motif.checkpoints import StateDict
from models.motif.conditioning import parse_conditioning
from models.motif.convert import load_videocrafter_weights
from models.motif.patch_autoencoder import PatchAutoencoder
from models.motif.pipeline import MotifImageToVideoPipeline
from models.motif.scheduler import MotifDDIMScheduler
from models.motif.torch_threads import cpu_threads
from models.motif.toy_text_encoder import random_text_encoder, scene_vocabulary, word_tokenizer
from models.motif.unet import MotifUNet
from models.motif.videocrafter_encoders import read_autoencoder, read_text_encoder
from models.motif.weights import CheckpointError, read_tensors, read_text_to_video
from models.motion.frames import BadClip, Frames
from models.training.clip_sources import ClipSource
from models.training.config import TrainingConfig
from models.training.config_sections import NetworkSettings, NoiseSettings, TinySettings
from models.training.enums import DataSource, NetworkKind
from models.training.errors import BadConfig, NoClips

Encoders = tuple[AutoencoderKL, CLIPTextModel, PreTrainedTokenizerBase]

# Number of clips to which the patch autoencoder is fitted. With even more clips, the components change by
# less than the effect of noise.
_CLIPS_TO_FIT = 48


def create_pipeline(config: TrainingConfig, sources: Sequence[ClipSource]) -> MotifImageToVideoPipeline:
    """Return the pipeline with the weights that training starts from.

    Args:
        config: the run's config.
        sources: the clips; the autoencoder of `tiny` is fitted to some of the training clips.

    Raises:
        BadConfig: the weights cannot be loaded.
        NoClips: no clip can be read to fit the autoencoder of `tiny`.
    """
    match config.network.kind:
        case NetworkKind.TINY:
            pipeline = _create_tiny(config, sources)
        case NetworkKind.PIPELINE:
            pipeline = _load_pipeline(config)
        case _:
            pipeline = _load_text_to_video(config)
    data = config.data
    # The training resolution replaces the default resolution of the initial pipeline.
    pipeline.register_to_config(  # type: ignore[no-untyped-call]  # diffusers'
        height=data.height, width=data.width, num_frames=data.frames, fps=data.fps
    )
    return pipeline


def create_scheduler(noise: NoiseSettings) -> MotifDDIMScheduler:
    """Return the scheduler for a noise schedule."""
    scheduler: MotifDDIMScheduler = MotifDDIMScheduler(
        num_train_timesteps=noise.steps,
        beta_start=noise.beta_start,
        beta_end=noise.beta_end,
        beta_schedule=noise.beta_schedule,
        prediction_type=noise.prediction_type.value,
        # With zero terminal SNR, sampling must start at the last timestep.
        timestep_spacing="trailing" if noise.zero_terminal_snr else "leading",
        rescale_betas_zero_snr=noise.zero_terminal_snr,
        scale_b=noise.latent_scale,
    )
    return scheduler


def frames_to_tensor(frames: Frames) -> Tensor:
    """Convert frames to the input of the autoencoder.

    Args:
        frames: (frames, height, width, 3) uint8 RGB.

    Returns:
        (frames, 3, height, width) float32 in [-1, 1].
    """
    return torch.from_numpy(np.ascontiguousarray(frames)).permute(0, 3, 1, 2).float() / 127.5 - 1


def _create_tiny(config: TrainingConfig, sources: Sequence[ClipSource]) -> MotifImageToVideoPipeline:
    sizes = config.tiny
    words = vocabulary() if config.data.source is DataSource.SPRITES else scene_vocabulary()
    tokenizer = word_tokenizer(words, sizes.text_tokens)
    encoder, processor = _load_image_encoder(config.network)
    tokens = _image_token_sizes(encoder) if encoder else {}
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
            **tokens,
        )
    return MotifImageToVideoPipeline(
        vae=_tiny_autoencoder(sizes, sources),
        # The seed is fixed, so that all tiny networks use the same text embeddings.
        text_encoder=random_text_encoder(tokenizer, seed=0, channels=sizes.text_channels),
        tokenizer=tokenizer,
        unet=unet,
        scheduler=create_scheduler(config.noise),
        image_encoder=encoder,
        image_processor=processor,
        residual_scale=sizes.residual_scale,
    )


def _tiny_autoencoder(sizes: TinySettings, sources: Sequence[ClipSource]) -> AutoencoderKL | PatchAutoencoder:
    if sizes.autoencoder:
        try:
            vae: AutoencoderKL = AutoencoderKL.from_pretrained(shipped_checkpoint(sizes.autoencoder))
        except (OSError, ValueError) as error:
            raise BadConfig(f"tiny.autoencoder: {sizes.autoencoder} cannot be loaded: {error}") from error
        if vae.config["latent_channels"] != sizes.latent_channels:
            raise BadConfig(
                f"tiny.latent_channels is {sizes.latent_channels}, but {sizes.autoencoder} has "
                f"{vae.config['latent_channels']}."
            )
        vae.requires_grad_(False)
        return vae
    frames = _frames_to_fit(sources)
    with cpu_threads(1):  # the number of threads changes the last digits, and so the keys of encoded clips
        fitted: PatchAutoencoder = PatchAutoencoder.fit(
            frames, sizes.patch, sizes.latent_channels, whiten=sizes.whiten
        )
        return fitted


def _image_token_sizes(encoder: CLIPVisionModel) -> dict[str, int]:
    config = encoder.config
    patches = (config.image_size // config.patch_size) ** 2
    return {"image_token_dim": config.hidden_size, "image_token_count": patches + 1}


def _frames_to_fit(sources: Sequence[ClipSource]) -> Tensor:
    """Return every fourth frame of some training clips, (frames, 3, height, width) float32 in [-1, 1]."""
    training = [source for source in sources if not source.label.held_out]
    frames = []
    for source in training[:: max(1, len(training) // _CLIPS_TO_FIT)]:
        try:
            frames.append(frames_to_tensor(source.read().frames[::4]))
        except BadClip:
            continue  # broken clips are counted and logged when the cache is built
    if not frames:
        raise NoClips(
            "None of the training clips can be decoded. For the reason, run: ti2v heatmap CLIP --output m.npy"
        )
    return torch.cat(frames)


def _load_pipeline(config: TrainingConfig) -> MotifImageToVideoPipeline:
    try:
        pipeline: MotifImageToVideoPipeline = MotifImageToVideoPipeline.from_pretrained(config.network.path)
    except (OSError, ValueError) as error:
        raise BadConfig(
            f"network.path: no MotifImageToVideoPipeline can be loaded from {config.network.path}: {error}"
        ) from error
    trained = pipeline.unet.conditioning.value
    if trained != config.network.conditioning:
        raise BadConfig(
            f"network.conditioning is {config.network.conditioning!r}, but {config.network.path} has "
            f"{trained!r}."
        )
    pipeline.scheduler = create_scheduler(config.noise)
    return pipeline


def _load_text_to_video(config: TrainingConfig) -> MotifImageToVideoPipeline:
    """Load a text-to-video network and add image conditioning, which does not change the initial outputs."""
    network = config.network
    try:
        if network.kind is NetworkKind.MODELSCOPE:
            unet = read_text_to_video(Path(network.path), parse_conditioning(network.conditioning))
            vae, text_encoder, tokenizer = _load_companions(network.companions or network.path)
        else:
            # Read the file before the network is created: creating 1.4 billion weights takes most of a
            # minute, and a wrong path should fail early.
            tensors = read_tensors(Path(network.path))
            vae, text_encoder, tokenizer = _videocrafter_encoders(network, tensors)
            unet = MotifUNet(conditioning=network.conditioning)
            load_videocrafter_weights(tensors, unet, network.path)
        encoder, processor = _load_image_encoder(network)
    except (OSError, ValueError, CheckpointError) as error:
        raise BadConfig(f"network: {network.kind} cannot be loaded: {error}") from error
    return MotifImageToVideoPipeline(
        vae=vae.requires_grad_(False),
        text_encoder=text_encoder.requires_grad_(False),
        tokenizer=tokenizer,
        unet=unet,
        scheduler=create_scheduler(config.noise),
        image_encoder=encoder,
        image_processor=processor,
    )


def _videocrafter_encoders(network: NetworkSettings, tensors: StateDict) -> Encoders:
    """Return the encoders from `companions`; if `companions` is empty, from the VideoCrafter2 checkpoint."""
    if network.companions:
        return _load_companions(network.companions)
    tokenizer = AutoTokenizer.from_pretrained(network.tokenizer)
    tokenizer.pad_token = tokenizer.convert_ids_to_tokens(0)  # OpenCLIP fills up short texts with token 0
    source = network.path
    return read_autoencoder(tensors, source), read_text_encoder(tensors, source), tokenizer


def _load_companions(folder: str) -> Encoders:
    return (
        AutoencoderKL.from_pretrained(folder, subfolder="vae"),
        CLIPTextModel.from_pretrained(folder, subfolder="text_encoder"),
        AutoTokenizer.from_pretrained(folder, subfolder="tokenizer"),
    )


def _load_image_encoder(
    network: NetworkSettings,
) -> tuple[CLIPVisionModel | None, CLIPImageProcessorPil | None]:
    if not parse_conditioning(network.conditioning).attends:
        return None, None
    source = shipped_checkpoint(network.image_encoder)
    try:
        encoder = CLIPVisionModel.from_pretrained(source).requires_grad_(False)
        return encoder, CLIPImageProcessorPil.from_pretrained(source)
    except (OSError, ValueError) as error:
        raise BadConfig(f"network.image_encoder: {source} cannot be loaded: {error}") from error


def shipped_checkpoint(name: str) -> str:
    """If models/checkpoints has a folder with this name, return the folder's path; else return the name."""
    shipped = Path(str(files("models"))) / "checkpoints" / name
    return str(shipped) if shipped.is_dir() and not Path(name).exists() else name
