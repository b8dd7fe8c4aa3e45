"""Real MotiF components at toy size, with random weights."""

import numpy as np
import torch
from numpy.typing import NDArray
from transformers import CLIPVisionConfig, CLIPVisionModel
from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil

from models.motif.patch_autoencoder import PatchAutoencoder
from models.motif.pipeline import MotifImageToVideoPipeline
from models.motif.scheduler import MotifDDIMScheduler
from models.motif.toy_text_encoder import random_text_encoder, scene_vocabulary, word_tokenizer
from models.motif.unet import MotifUNet

TEXT_CHANNELS = 16
PROMPTS = ["the blue balloon rises", "the dog jumps"]


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
    """Return a network with random weights in evaluation mode."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        network: MotifUNet = MotifUNet(
            **tiny_unet_config(conditioning=conditioning, latent_channels=latent_channels)
        )
    network.eval()
    return network


def toy_pipeline(*, seed: int = 0, size: int = 32, num_frames: int = 4) -> MotifImageToVideoPipeline:
    """Return a pipeline with random weights; its clips look like noise but have the correct shape."""
    tokenizer = word_tokenizer(scene_vocabulary())
    pipeline = MotifImageToVideoPipeline(
        vae=PatchAutoencoder(patch=4, latent_channels=4),
        text_encoder=random_text_encoder(tokenizer, seed=seed, channels=TEXT_CHANNELS),
        tokenizer=tokenizer,
        unet=tiny_unet(seed=seed),
        scheduler=MotifDDIMScheduler(),
        height=size,
        width=size,
        num_frames=num_frames,
    )
    return without_progress_bar(pipeline)


def without_progress_bar(pipeline: MotifImageToVideoPipeline) -> MotifImageToVideoPipeline:
    pipeline.set_progress_bar_config(disable=True)
    return pipeline


def with_image_tokens(pipeline: MotifImageToVideoPipeline, conditioning: str) -> MotifImageToVideoPipeline:
    """Replace the network by one that attends to the tokens of a toy vision encoder."""
    with torch.random.fork_rng():
        torch.manual_seed(1)
        config = CLIPVisionConfig(
            hidden_size=16,
            intermediate_size=16,
            num_hidden_layers=1,
            num_attention_heads=2,
            image_size=16,
            patch_size=8,
        )
        encoder = CLIPVisionModel(config).eval()
    processor = CLIPImageProcessorPil(size={"shortest_edge": 16}, crop_size={"height": 16, "width": 16})
    components = pipeline.components | {
        "unet": tiny_unet(conditioning=conditioning),
        "image_encoder": encoder,
        "image_processor": processor,
    }
    return without_progress_bar(MotifImageToVideoPipeline(**components, height=32, width=32, num_frames=4))


def random_image(seed: int = 0, *, height: int = 32, width: int = 32) -> NDArray[np.uint8]:
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)


def generators(*seeds: int) -> list[torch.Generator]:
    return [torch.Generator().manual_seed(seed) for seed in seeds]


def latents_of(pipeline: MotifImageToVideoPipeline, *, seed: int = 0, **arguments: object) -> torch.Tensor:
    """Return the latents of one image, sampled with two steps, (clips, channels, frames, height, width)."""
    defaults: dict[str, object] = {"image": random_image(), "num_inference_steps": 2, "output_type": "latent"}
    if "prompt_embeds" not in arguments:
        defaults["prompt"] = PROMPTS[0]
    if "latents" not in arguments:
        defaults["generator"] = generators(seed)[0]
    output = pipeline(**(defaults | arguments)).frames
    assert isinstance(output, torch.Tensor)
    return output
