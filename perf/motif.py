"""Compares our pipeline with the text-to-video pipeline of diffusers: time and memory per clip.

On a GPU, the pipelines run at full size: 1.41 billion parameters with random weights, bfloat16, 16 frames of
320x512, 50 steps with guidance, compiled and in batches. Without a GPU, the same code runs at toy size on one
thread.
"""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
import torch
from diffusers import AutoencoderKL, DDIMScheduler, TextToVideoSDPipeline, UNet3DConditionModel
from transformers import CLIPTextModel, PreTrainedTokenizerFast

from models.motif.pipeline import MotifImageToVideoPipeline
from models.motif.scheduler import MotifDDIMScheduler
from models.motif.toy_text_encoder import random_text_encoder, scene_vocabulary, word_tokenizer
from models.motif.unet import MotifUNet

PROMPT = "the blue balloon rises"
GUIDANCE = 7.5
REPEATS = 3
TARGET_SECONDS = 3.0
FLOOR_SECONDS_H100 = 1.3


@dataclass(frozen=True)
class Size:
    """The size of a model and of its clips."""

    name: str
    channels: tuple[int, ...]
    layers: int
    head: int
    groups: int
    text_channels: int
    text_layers: int
    vae_channels: tuple[int, ...]
    height: int
    width: int
    frames: int
    steps: int
    batches: tuple[int, ...]


FULL = Size(
    "1.41 billion parameters", (320, 640, 1280, 1280), 2, 64, 32, 1024, 23, (128, 256, 512, 512),
    height=320, width=512, frames=16, steps=50, batches=(1, 2, 4),
)  # fmt: skip
TOY = Size(
    "a toy of 100,000 parameters", (8, 16), 1, 4, 4, 16, 1, (8, 8, 8, 8),
    height=64, width=64, frames=4, steps=10, batches=(1, 4),
)  # fmt: skip


@dataclass(frozen=True)
class Parts:
    """The components that both pipelines share."""

    vae: AutoencoderKL
    tokenizer: PreTrainedTokenizerFast
    text_encoder: CLIPTextModel


def main() -> None:
    torch.set_num_threads(1)
    if torch.cuda.is_available():
        print(f"{torch.cuda.get_device_name()}, torch {torch.__version__}, bfloat16")
        torch.backends.cudnn.benchmark = True
        print_clips(FULL, "cuda", torch.bfloat16)
        print(f"target {TARGET_SECONDS} s per clip; lower bound {FLOOR_SECONDS_H100} s on an H100 (computed)")
    else:
        print_clips(TOY, "cpu", torch.float32)
        print("No GPU: the network with 1.41 B parameters was not measured.")
    print_training(TOY)


def print_clips(size: Size, device: str, dtype: torch.dtype) -> None:
    """Print seconds per clip of the diffusers pipeline and of our pipeline.

    On a GPU, also measure our compiled pipeline.
    """
    print(f"{size.name}; {size.frames} x {size.height} x {size.width}, {size.steps} steps with guidance")
    print(f"{'':34} {'s per clip':>9} {'of plain':>9} {'peak GB':>8}")
    parts = shared_parts(size)
    plain = plain_pipeline(size, parts).to(device, dtype)
    reference = report("plain diffusers (text only)", partial(plain_clip, plain, size), 1, None)
    plain.unet = None
    ours = our_pipeline(size, parts).to(device, dtype)
    for compiled in (False, True) if device == "cuda" else (False,):
        if compiled:
            ours.unet.compile(fullgraph=True, dynamic=False)
        for batch in size.batches:
            name = f"ours{', compiled' if compiled else ''}, batch {batch}"
            report(name, partial(our_clips, ours, size, batch), batch, reference)


def report(name: str, make: Callable[[], object], clips: int, reference: float | None) -> float:
    """Measure the median seconds per clip after one warm-up run. Print the median as a row, and return it."""
    make()
    if torch.cuda.is_available():
        torch.cuda.reset_peak_memory_stats()
    seconds = median_seconds(make) / clips
    ratio = "" if reference is None else f"{seconds / reference:9.2f}"
    peak = f"{torch.cuda.max_memory_allocated() / 1e9:8.1f}" if torch.cuda.is_available() else ""
    print(f"{name:34} {seconds:9.3f} {ratio:>9} {peak:>8}", flush=True)
    return seconds


def median_seconds(make: Callable[[], object]) -> float:
    taken = []
    for _ in range(REPEATS):
        before = time.perf_counter()
        make()
        taken.append(time.perf_counter() - before)
    return statistics.median(taken)


def plain_clip(pipeline: TextToVideoSDPipeline, size: Size) -> object:
    """Generate a clip from the prompt only, because the diffusers pipeline has no image input."""
    made = pipeline(
        PROMPT,
        height=size.height,
        width=size.width,
        num_frames=size.frames,
        num_inference_steps=size.steps,
        guidance_scale=GUIDANCE,
        generator=seeded(1)[0],
        output_type="np",
    )
    return made.frames


def our_clips(pipeline: MotifImageToVideoPipeline, size: Size, batch: int) -> object:
    image = np.random.default_rng(0).integers(0, 256, (size.height, size.width, 3), dtype=np.uint8)
    made = pipeline(
        [image] * batch,
        [PROMPT] * batch,
        num_inference_steps=size.steps,
        guidance_scale=GUIDANCE,
        generator=seeded(batch),
        output_type="uint8",
    )
    return made.frames


def seeded(count: int) -> list[torch.Generator]:
    return [torch.Generator("cpu").manual_seed(seed) for seed in range(count)]


def shared_parts(size: Size) -> Parts:
    levels = len(size.vae_channels)
    tokenizer = word_tokenizer(scene_vocabulary(), max_length=77)
    return Parts(
        vae=AutoencoderKL(
            block_out_channels=size.vae_channels,
            down_block_types=("DownEncoderBlock2D",) * levels,
            up_block_types=("UpDecoderBlock2D",) * levels,
            layers_per_block=size.layers,
            latent_channels=4,
            norm_num_groups=min(32, size.vae_channels[0]),
        ),
        tokenizer=tokenizer,
        text_encoder=random_text_encoder(
            tokenizer,
            seed=0,
            channels=size.text_channels,
            layers=size.text_layers,
            heads=size.text_channels // 8,
        ),
    )


def plain_pipeline(size: Size, parts: Parts) -> TextToVideoSDPipeline:
    levels = len(size.channels)
    unet = UNet3DConditionModel(
        down_block_types=("CrossAttnDownBlock3D",) * (levels - 1) + ("DownBlock3D",),
        up_block_types=("UpBlock3D",) + ("CrossAttnUpBlock3D",) * (levels - 1),
        block_out_channels=size.channels,
        layers_per_block=size.layers,
        cross_attention_dim=size.text_channels,
        attention_head_dim=size.head,
        norm_num_groups=size.groups,
    )
    scheduler = DDIMScheduler(
        beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear", clip_sample=False
    )
    pipeline = TextToVideoSDPipeline(parts.vae, parts.text_encoder, parts.tokenizer, unet.eval(), scheduler)
    pipeline.set_progress_bar_config(disable=True)
    return pipeline


def our_pipeline(size: Size, parts: Parts) -> MotifImageToVideoPipeline:
    pipeline = MotifImageToVideoPipeline(
        vae=parts.vae,
        text_encoder=parts.text_encoder,
        tokenizer=parts.tokenizer,
        unet=our_network(size).eval(),
        scheduler=MotifDDIMScheduler(),
        height=size.height,
        width=size.width,
        num_frames=size.frames,
    )
    pipeline.set_progress_bar_config(disable=True)
    return pipeline


def our_network(size: Size) -> MotifUNet:
    return MotifUNet(
        block_out_channels=size.channels,
        layers_per_block=size.layers,
        cross_attention_dim=size.text_channels,
        attention_head_dim=size.head,
        norm_num_groups=size.groups,
    )


def print_training(size: Size) -> None:
    """Print time and memory with and without gradient checkpointing, on the CPU at toy size."""
    network = our_network(size)
    latents = torch.randn(2, 4, size.frames, 16, 16)
    times, text = torch.tensor([1, 500]), torch.randn(2, 8, size.text_channels)

    def step() -> None:
        network(latents, times, text, torch.tensor([8, 8]), latents[:, :, 0]).square().mean().backward()
        network.zero_grad()

    print(f"\n{'forward and backward, ' + size.name:52} {'ms':>6} {'MB stored':>8}")
    for name in ("everything kept", "gradient checkpointing"):
        if name != "everything kept":
            network.enable_gradient_checkpointing()
        step()
        print(f"{name:52} {1000 * median_seconds(step):6.0f} {kept_megabytes(step):8.1f}")


def kept_megabytes(step: Callable[[], None]) -> float:
    """Return the megabytes that a step stores for its backward pass. Recomputed values are not counted."""
    kept = 0

    def count(tensor: torch.Tensor) -> torch.Tensor:
        nonlocal kept
        kept += tensor.nbytes
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(count, lambda tensor: tensor):
        step()
    return kept / 1e6


if __name__ == "__main__":
    main()
