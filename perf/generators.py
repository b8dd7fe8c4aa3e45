"""Measures the overhead of an adapter and, on a GPU, the speed of its fast path compared with diffusers.

The overhead is measured with MotiF's pipeline at toy size with two steps, so that the network's time does not
hide the overhead. The comparison runs CogVideoX-5B at full size with random weights; it needs an 80 GB GPU.
"""

import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from models.generators.base import ClipRequest, Frames, GeneratedClip
from models.generators.diffusers_adapter import DiffusersGenerator
from models.generators.frame_conversion import to_uint8_clips
from models.generators.motif_entries import motif_recipe
from models.generators.output_folder import OutputFolder
from models.generators.registry import create_generator
from models.motif.pipeline import MotifImageToVideoPipeline
from tests.models.motif.tiny import toy_pipeline

CLIPS = 12
TARGET_MS = 50.0
STEPS = 2
GPU_CLIPS = 2
GPU_STEPS = 10


@dataclass(frozen=True)
class Part:
    """One component of the time per clip."""

    name: str
    milliseconds: float


def main() -> None:
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as folder:
        print_overhead(Path(folder))
    print_synthetic()
    print_ratio()


def print_overhead(folder: Path) -> None:
    """Print the milliseconds per clip of 16 frames for the pipeline, the adapter and the output folder."""
    toy_pipeline(size=64, num_frames=16).save_pretrained(folder / "toy")
    recipe = motif_recipe("motif-sprites", folder / "toy")
    recipe = recipe.model_copy(
        update={"enlarge": 1, "call": {"num_inference_steps": STEPS, "guidance_scale": 2.0}}
    )
    generator = DiffusersGenerator(recipe, folder / "toy")
    generator.load("cpu", "auto")
    requests = [
        ClipRequest(f"pair{number}", picture(folder), "A bird enters.", number) for number in range(CLIPS)
    ]
    pipeline = MotifImageToVideoPipeline.from_pretrained(folder / "toy", use_safetensors=True)
    pipeline.set_progress_bar_config(disable=True)
    images = [Image.open(request.image).convert("RGB").resize((64, 64)) for request in requests]
    bare = per_clip(
        lambda number: pipeline(
            [images[number]],
            ["A bird enters."],
            num_inference_steps=STEPS,
            guidance_scale=2.0,
            generator=[torch.Generator().manual_seed(number)],
        )
    )
    made: list[GeneratedClip] = []
    adapter = per_clip(lambda number: made.extend(generator.generate([requests[number]])))
    clips = OutputFolder(folder / "clips", model="motif-sprites")
    clips.create()
    kept = per_clip(lambda number: clips.save(made[number], requests[number]))
    parts = [
        Part("the pipeline alone", bare),
        Part("the adapter: image, seed, frames, provenance", adapter - bare),
        Part("the folder: encoding, manifest, two fsyncs", kept),
    ]
    print(f"{'a clip of 16 frames of 64x64, median':48} {'ms':>8}")
    for part in parts:
        print(f"{part.name:48} {part.milliseconds:8.1f}")
    print(f"{'besides the network':48} {adapter - bare + kept:8.1f}   target {TARGET_MS:.0f}")


def print_synthetic() -> None:
    """Print the time per clip of a model without a network, at 320x320."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        generator = create_generator("static")
        requests = [ClipRequest(f"pair{number}", picture(folder), "It jumps.") for number in range(CLIPS)]
        clips = OutputFolder(folder / "clips", model="static")
        clips.create()

        def one(number: int) -> None:
            for clip in generator.generate([requests[number]]):
                clips.save(clip, requests[number])

        print(f"{'static, 16 frames of 320x320, in total':48} {per_clip(one):8.1f}   target {TARGET_MS:.0f}")


def print_ratio() -> None:
    """Print seconds per clip for plain diffusers and compiled batches, and how much the clips differ."""
    if not torch.cuda.is_available():
        print("\nNo GPU: the batched, compiled bf16 path was not measured.")
        return
    pipeline = random_cogvideox()
    plain, one_by_one = timed(
        lambda: [clip for seed in range(GPU_CLIPS) for clip in cogvideox(pipeline, [seed])]
    )
    pipeline.transformer.compile()
    cogvideox(pipeline, list(range(GPU_CLIPS)))
    fast, together = timed(lambda: cogvideox(pipeline, list(range(GPU_CLIPS))))
    apart = np.mean(
        [np.abs(a.astype(int) - b.astype(int)).mean() for a, b in zip(one_by_one, together, strict=True)]
    )
    print(f"\n{'CogVideoX-5B, random weights, 49 frames of 720x480':56} {'s per clip':>9}")
    print(f"{'plain diffusers, bf16, one by one':56} {plain / GPU_CLIPS:9.2f}")
    print(
        f"{f'compiled, batches of {GPU_CLIPS}':56} {fast / GPU_CLIPS:9.2f}   {plain / fast:.2f} times as fast"
    )
    print(f"mean difference of the clips: {apart:.2f} of 255")


def random_cogvideox() -> "object":
    """Return CogVideoX-5B with random weights on the GPU. The pipeline takes embeddings as prompts."""
    from diffusers import (
        AutoencoderKLCogVideoX,
        CogVideoXDPMScheduler,
        CogVideoXImageToVideoPipeline,
        CogVideoXTransformer3DModel,
    )

    torch.manual_seed(0)
    with torch.device("cuda"):
        transformer = CogVideoXTransformer3DModel(
            num_attention_heads=48,
            num_layers=42,
            in_channels=32,
            sample_width=90,
            sample_height=60,
            use_rotary_positional_embeddings=True,
            use_learned_positional_embeddings=True,
        ).to(torch.bfloat16)
        vae = AutoencoderKLCogVideoX().to(torch.bfloat16)
    vae.enable_tiling()
    pipeline = CogVideoXImageToVideoPipeline(
        tokenizer=None, text_encoder=None, vae=vae, transformer=transformer, scheduler=CogVideoXDPMScheduler()
    )
    pipeline.set_progress_bar_config(disable=True)
    return pipeline


def cogvideox(pipeline: object, seeds: list[int]) -> list[Frames]:
    """Return a clip for each seed, generated in one call."""
    image = Image.fromarray(np.random.default_rng(0).integers(0, 255, (480, 720, 3), dtype=np.uint8))
    texts = torch.randn(1, 226, 4096, generator=torch.Generator().manual_seed(0))
    embedded = texts.to("cuda", torch.bfloat16).repeat(len(seeds), 1, 1)
    made = pipeline(  # type: ignore[operator]
        image=[image] * len(seeds),
        prompt_embeds=embedded,
        negative_prompt_embeds=torch.zeros_like(embedded),
        height=480,
        width=720,
        num_frames=49,
        num_inference_steps=GPU_STEPS,
        generator=[torch.Generator().manual_seed(seed) for seed in seeds],
        output_type="np",
    )
    return to_uint8_clips(made.frames)


def timed(work: Callable[[], list[Frames]]) -> tuple[float, list[Frames]]:
    torch.cuda.synchronize()
    started = time.perf_counter()
    made = work()
    torch.cuda.synchronize()
    return time.perf_counter() - started, made


def per_clip(work: Callable[[int], object]) -> float:
    """Return the median processor time per clip in milliseconds, after one warm-up clip."""
    work(0)
    spent = []
    for number in range(CLIPS):
        started = time.process_time()
        work(number)
        spent.append(1000 * (time.process_time() - started))
    return float(np.median(spent))


def picture(folder: Path) -> Path:
    path = folder / "image.png"
    if not path.exists():
        coarse = np.random.default_rng(0).integers(0, 255, (6, 8, 3), dtype=np.uint8)
        Image.fromarray(coarse).resize((512, 512), Image.Resampling.BICUBIC).save(path)
    return path


if __name__ == "__main__":
    main()
