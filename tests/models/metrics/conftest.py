"""Small clips of a small benchmark, and real transformers networks at toy size with random weights."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from benchmark.importers.official import read_official
from benchmark.importers.source import BenchmarkSource
from benchmark.scenes.encoding import encode_mp4
from tests.models.backbones.hub_folders import write_clip

SIDE = 64
WORDS = ("it", "moves", "rises", "the", "kite")


@pytest.fixture(scope="session")
def source(tmp_path_factory: pytest.TempPathFactory) -> BenchmarkSource:
    """A benchmark of two images with two prompts each."""
    folder = tmp_path_factory.mktemp("benchmark")
    (folder / "images").mkdir()
    for number, name in enumerate(("kite1", "boat1")):
        Image.fromarray(picture(number)).save(folder / "images" / f"{name}.png")
    rows = [
        f"images/{name}.png,{prompt}" for name in ("kite1", "boat1") for prompt in ("it moves", "it rises")
    ]
    (folder / "prompt.csv").write_text("image,prompt\n" + "\n".join(rows) + "\n")
    return read_official(folder)


def picture(number: int) -> np.ndarray:
    """Return a smooth image of a different colour for each number."""
    rng = np.random.default_rng(number)
    small = rng.integers(40, 200, (4, 4, 3), dtype=np.uint8)
    return np.asarray(Image.fromarray(small).resize((SIDE, SIDE), Image.Resampling.BICUBIC))


def moving(number: int, step: int, *, frames: int = 6) -> np.ndarray:
    """Return a clip in which the image moves by `step` pixels per frame."""
    return np.stack([np.roll(picture(number), step * index, axis=1) for index in range(frames)])


@pytest.fixture
def clips(tmp_path: Path, source: BenchmarkSource) -> Path:
    """A folder with a clip of every pair."""
    folder = tmp_path / "clips"
    folder.mkdir()
    for number, pair in enumerate(source.pairs):
        (folder / f"{pair.id}.mp4").write_bytes(encode_mp4(moving(number // 2, 2), fps=8))
    return folder


@pytest.fixture(scope="session")
def toy_clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A CLIP model with random weights, saved in the layout of the hub."""
    from transformers import CLIPConfig

    folder = tmp_path_factory.mktemp("clip")
    layer = {"hidden_size": 16, "intermediate_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2}
    config = CLIPConfig(
        text_config=layer
        | {"vocab_size": 300, "max_position_embeddings": 12, "eos_token_id": 1, "bos_token_id": 0},
        vision_config=layer | {"image_size": 32, "patch_size": 8},
        projection_dim=8,
    )
    write_clip(folder, config)
    return folder
