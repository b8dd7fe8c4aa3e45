"""Measures `ti2v metrics`: the weight-free suite on clips of 16x320x320, a second run, and a run's parts.

Run: python -m perf.metrics [CLIPS] [DEVICE]. Times are processor seconds of all processes, so that other load
on the machine does not change them much. The target of 90 s on 2 cores for 320 clips corresponds to 180
processor seconds. The parts of a run (decode, preprocess, network) are printed separately, so that the
slowest part is visible. With a device such as cuda, the times of these parts are wall-clock times.
"""

import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from benchmark.importers.official import read_official
from benchmark.importers.source import BenchmarkSource
from benchmark.metrics.suites import SUITES
from benchmark.protocol import SuiteName
from benchmark.scenes.encoding import encode_mp4
from benchmark.video.read import read_frames
from models.backbones.transforms import centre_crop_square
from models.metrics.clips import find_clips
from models.metrics.options import MetricRun
from models.metrics.run import run_suite

CLIPS, FRAMES, SIDE = 64, 16, 320
TARGET_CLIPS, TARGET_S, CORES = 320, 90.0, 2
TARGET_SECOND_S = 2.0


def main() -> None:
    clips = int(sys.argv[1]) if sys.argv[1:] else CLIPS
    device = sys.argv[2] if sys.argv[2:] else "cpu"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source = write_clips(folder, clips)
        print_suite(folder, source, clips)
        print_parts(next((folder / "clips").iterdir()), device)


def write_clips(folder: Path, count: int) -> BenchmarkSource:
    """Write a benchmark and one clip per pair: a smooth image that slides by 2 pixels per frame."""
    (folder / "images").mkdir()
    (folder / "clips").mkdir()
    rows = ["image,prompt"]
    for number in range(count):
        rng = np.random.default_rng(number)
        small = Image.fromarray(rng.integers(0, 256, (20, 20, 3), dtype=np.uint8))
        image = np.asarray(small.resize((SIDE, SIDE), Image.Resampling.BICUBIC))
        Image.fromarray(image).save(folder / "images" / f"scene{number}.png")
        rows.append(f"images/scene{number}.png,it slides")
        frames = np.stack([np.roll(image, 2 * step, axis=1) for step in range(FRAMES)])
        (folder / "clips" / f"scene{number}_it_slides.mp4").write_bytes(encode_mp4(frames))
    (folder / "prompt.csv").write_text("\n".join(rows) + "\n")
    return read_official(folder)


def processor_s() -> float:
    """Return the processor time of this process and its ended children."""
    uses = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(use.ru_utime + use.ru_stime for use in uses)


def print_suite(folder: Path, source: BenchmarkSource, clips: int) -> None:
    run = MetricRun(home=folder / "home", workers=CORES)
    for label, target in (("first run", TARGET_S * CORES), ("second run", TARGET_SECOND_S)):
        before = processor_s()
        run_suite(SUITES[SuiteName.MOTION], find_clips(folder / "clips", source), run)
        spent = (processor_s() - before) * TARGET_CLIPS / clips
        share = spent / target
        print(
            f"motion, {label}: {spent:6.1f} processor s for {TARGET_CLIPS} clips, {share:.2f} of the target"
        )
    largest = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"motion, largest process: {largest:.0f} MB with {clips} clips")


def print_parts(clip: Path, device: str) -> None:
    """Print frames per second of decoding, preprocessing and CLIP ViT-B/16 (random weights).

    Decoding and preprocessing use one core; on a CPU, the network also uses one core.
    """
    from transformers import CLIPVisionConfig, CLIPVisionModel

    torch.set_num_threads(1)
    size = {"hidden_size": 768, "intermediate_size": 3072, "num_hidden_layers": 12, "num_attention_heads": 12}
    network = CLIPVisionModel(CLIPVisionConfig(**size, image_size=224, patch_size=16)).eval().to(device)
    frames = read_frames(clip).frames
    pixels = torch.stack([centre_crop_square(frame, 224) for frame in frames])
    parts: dict[str, Callable[[], object]] = {
        "decode": lambda: read_frames(clip),
        "preprocess": lambda: [centre_crop_square(frame, 224) for frame in frames],
        "CLIP ViT-B/16": lambda: network(pixel_values=pixels.to(device)).pooler_output.cpu(),
    }
    clock = time.process_time if device == "cpu" else time.perf_counter
    with torch.no_grad():
        for name, part in parts.items():
            part()  # imports modules, and starts the device
            before = clock()
            part()
            print(f"{name:14} {FRAMES / (clock() - before):8.0f} frames/s")


if __name__ == "__main__":
    main()
