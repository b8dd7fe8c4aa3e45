"""Real MotiF components at toy size, with random weights."""

import torch

from models.motif.patch_autoencoder import PatchAutoencoder
from models.motif.pipeline import MotifImageToVideoPipeline
from models.motif.scheduler import MotifDDIMScheduler
from models.motif.toy_text_encoder import random_text_encoder, scene_vocabulary, word_tokenizer
from models.motif.unet import MotifUNet

TEXT_CHANNELS = 16


def tiny_unet_config(*, conditioning: str = "x-cat", latent_channels: int = 4) -> dict[str, object]:
    """Return the arguments of a `MotifUNet` of about 100,000 parameters."""
    return {
        "latent_channels": latent_channels,
        "conditioning": conditioning,
        "block_out_channels": (8, 16),
        "layers_per_block": 1,
        "cross_attention_dim": TEXT_CHANNELS,
        "attention_head_dim": 4,
        "norm_num_groups": 4,
        "image_token_dim": 16,
        "image_token_count": 5,
    }


def tiny_unet(*, seed: int = 0, conditioning: str = "x-cat", latent_channels: int = 4) -> MotifUNet:
    """Return a network with random weights, ready to run (no dropout)."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        network: MotifUNet = MotifUNet(
            **tiny_unet_config(conditioning=conditioning, latent_channels=latent_channels)
        )
    network.eval()
    return network


def toy_pipeline(*, seed: int = 0, size: int = 32, num_frames: int = 4) -> MotifImageToVideoPipeline:
    """Return a pipeline with random weights that makes noise-like clips of the right form."""
    tokenizer = word_tokenizer(scene_vocabulary())
    return MotifImageToVideoPipeline(
        vae=PatchAutoencoder(patch=4, latent_channels=4),
        text_encoder=random_text_encoder(tokenizer, seed=seed, channels=TEXT_CHANNELS),
        tokenizer=tokenizer,
        unet=tiny_unet(seed=seed),
        scheduler=MotifDDIMScheduler(),
        height=size,
        width=size,
        num_frames=num_frames,
    )
