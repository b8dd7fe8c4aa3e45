"""Pipelines of diffusers' own classes, at toy size, through their shipped adapters."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from models.generators.base import ClipRequest, Frames
from models.generators.diffusers_adapter import DiffusersGenerator
from tests.models.generators.requests import picture
from tests.models.generators.toy_pipelines import TOYS, save_toy, toy_recipe

PROMPTS = ["The red kite sinks.", "A bird enters on the left."]


@pytest.fixture(scope="module")
def toys(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], DiffusersGenerator]:
    """Loads the toy of an adapter; each is built and saved once."""
    folder = tmp_path_factory.mktemp("toys")
    loaded: dict[str, DiffusersGenerator] = {}

    def load(name: str) -> DiffusersGenerator:
        if name not in loaded:
            recipe = toy_recipe(name)
            generator = DiffusersGenerator(recipe, save_toy(name, folder / name), revision="a" * 40)
            generator.load("cpu", "auto")
            loaded[name] = generator
        return loaded[name]

    return load


def requests(folder: Path) -> list[ClipRequest]:
    return [
        ClipRequest(f"pair{number}", picture(folder, name=f"image{number}", seed=number), prompt, 10 + number)
        for number, prompt in enumerate(PROMPTS)
    ]


def difference(one: Frames, other: Frames) -> float:
    return float(np.abs(one.astype(int) - other.astype(int)).mean())


@pytest.mark.parametrize("name", TOYS)
def test_a_clip_has_the_form_of_its_model(
    name: str, toys: Callable[[str], DiffusersGenerator], tmp_path: Path
) -> None:
    (clip,) = toys(name).generate(requests(tmp_path)[:1])

    toy = TOYS[name]
    assert clip.frames.shape == (toy.frames, toy.size, toy.size, 3)
    assert clip.frames.dtype == np.uint8
    assert clip.frames.std() > 0
    made = clip.provenance
    assert (made.model, made.seed, made.steps, made.dtype) == (name, 10, 2, "float32")
    assert len(made.checkpoint_sha256) == 64
    assert made.peak_memory_bytes
    assert {"torch", "diffusers", "transformers"} <= set(made.libraries)


@pytest.mark.parametrize("name", TOYS)
def test_a_seed_gives_one_clip_and_another_seed_another(
    name: str, toys: Callable[[str], DiffusersGenerator], tmp_path: Path
) -> None:
    generator, request = toys(name), requests(tmp_path)[0]
    again = ClipRequest(request.pair_id, request.image, request.prompt, request.seed)
    other = ClipRequest(request.pair_id, request.image, request.prompt, request.seed + 1)

    first, second, third = (next(generator.generate([each])).frames for each in (request, again, other))

    np.testing.assert_array_equal(first, second)
    assert difference(first, third) > 0.2


@pytest.mark.parametrize("name", TOYS)
def test_a_clip_is_the_same_alone_and_in_a_batch(
    name: str, toys: Callable[[str], DiffusersGenerator], tmp_path: Path
) -> None:
    generator, asked = toys(name), requests(tmp_path)
    alone = [next(generator.generate([each])).frames for each in asked]

    together = [clip.frames for clip in generator.generate(asked)]

    for one, other in zip(alone, together, strict=True):
        assert difference(one, other) < 0.3
    assert difference(*together) > 0.6
