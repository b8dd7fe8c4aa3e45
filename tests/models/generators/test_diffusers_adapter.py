"""The shipped diffusers adapters, with the pipeline classes of diffusers at toy size."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import torch
from diffusers.models import attention_dispatch
from diffusers.pipelines.hunyuan_video1_5.image_processor import HunyuanVideo15ImageProcessor

from benchmark.cli.main import main
from models.generators.adapter_entries import shipped_adapter
from models.generators.base import BadInput, CannotRun, ClipRequest, Crashed, Frames, GeneratedClip
from models.generators.diffusers_adapter import DiffusersGenerator
from models.generators.frame_conversion import output_frames, to_uint8_clips
from models.generators.output_folder import read_manifests
from models.generators.recipes import read_recipe
from models.generators.registry import generators
from models.generators.settings import generator_settings
from tests.models.generators.requests import picture
from tests.models.generators.toys.cosmos import StandInGuardrail, guardrail
from tests.models.generators.toys.table import TOYS, save_toy, toy_recipe

# All come out of diffusers and torch: NumPy in schedulers, sparse attention on a CPU, and the sound of H3.
pytestmark = [
    pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy"),
    pytest.mark.filterwarnings("ignore:__array_wrap__ must accept context"),
    pytest.mark.filterwarnings("ignore:flex_attention called without torch.compile"),
    pytest.mark.filterwarnings("ignore:.*torch.nn.utils.weight_norm. is deprecated:FutureWarning"),
]
# One model of each build: another size or number of steps changes nothing in a toy.
BUILDS = list({toy.build: name for name, toy in reversed(TOYS.items())}.values())
PROMPTS = ["The red kite sinks.", "A bird enters on the left."]


@pytest.fixture(scope="module")
def toys(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], DiffusersGenerator]:
    """Return a function that loads an adapter's toy pipeline; each pipeline is built and saved once."""
    folder = tmp_path_factory.mktemp("toys")
    loaded: dict[str, DiffusersGenerator] = {}

    def load(name: str) -> DiffusersGenerator:
        if name not in loaded:
            recipe = toy_recipe(name)
            generator = DiffusersGenerator(recipe, save_toy(name, folder / name), revision="a" * 40)
            with guardrail(StandInGuardrail):
                generator.load("cpu", "auto")
            loaded[name] = generator
        return loaded[name]

    return load


@pytest.fixture(scope="module")
def first_clips(
    toys: Callable[[str], DiffusersGenerator], tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], GeneratedClip]:
    """Return a function that generates the first request with a toy; each clip is generated once."""
    folder = tmp_path_factory.mktemp("first")
    return cache(lambda name: next(toys(name).generate(requests(folder)[:1])))


def requests(folder: Path) -> list[ClipRequest]:
    return [
        ClipRequest(f"pair{number}", picture(folder, name=f"image{number}", seed=number), prompt, 10 + number)
        for number, prompt in enumerate(PROMPTS)
    ]


def difference(one: Frames, other: Frames) -> float:
    return float(np.abs(one.astype(int) - other.astype(int)).mean())


@pytest.mark.parametrize("name", TOYS)
def test_a_clip_has_the_native_format_of_its_model(
    name: str, first_clips: Callable[[str], GeneratedClip]
) -> None:
    clip = first_clips(name)

    toy = TOYS[name]
    assert clip.frames.shape == (toy.frames, toy.size, toy.size, 3)
    assert clip.frames.dtype == np.uint8
    assert clip.frames.std() > 0
    made = clip.provenance
    assert (made.model, made.seed, made.steps, made.dtype) == (name, 10, 2, "float32")
    assert len(made.checkpoint_sha256) == 64
    assert made.peak_memory_bytes
    assert {"torch", "diffusers", "transformers"} <= set(made.libraries)


@pytest.mark.parametrize("name", BUILDS)
def test_a_clip_depends_on_the_seed_only(
    name: str,
    toys: Callable[[str], DiffusersGenerator],
    first_clips: Callable[[str], GeneratedClip],
    tmp_path: Path,
) -> None:
    first, generator, request = first_clips(name).frames, toys(name), requests(tmp_path)[0]
    other = ClipRequest(request.pair_id, request.image, request.prompt, request.seed + 1)

    third, second = (next(generator.generate([each])).frames for each in (other, request))

    np.testing.assert_array_equal(first, second)
    assert difference(first, third) > 0.2


@pytest.mark.parametrize("name", BUILDS)
def test_a_clip_does_not_depend_on_the_rest_of_the_batch(
    name: str,
    toys: Callable[[str], DiffusersGenerator],
    first_clips: Callable[[str], GeneratedClip],
    tmp_path: Path,
) -> None:
    generator, asked = toys(name), requests(tmp_path)
    alone = [first_clips(name).frames, next(generator.generate(asked[1:])).frames]

    together = [clip.frames for clip in generator.generate(asked)]

    for one, other in zip(alone, together, strict=True):
        assert difference(one, other) < 0.3
    assert difference(*together) > 0.6


def test_sparse_attention_does_not_affect_models_loaded_later(
    toys: Callable[[str], DiffusersGenerator],
) -> None:
    toys("kandinsky-5-i2v-pro")

    assert attention_dispatch._AttentionBackendRegistry.get_active_backend()[0] == "native"


def test_hunyuan_1_5_keeps_the_size_of_an_image_with_its_native_size() -> None:
    native = read_recipe(shipped_adapter("hunyuanvideo-1.5-i2v-480p")).native
    # It has sizes of about 640 x 640 pixels in steps of 16, and takes the one nearest in shape.
    chosen = HunyuanVideo15ImageProcessor(vae_scale_factor=16).calculate_default_height_width(
        native.height, native.width, target_size=640
    )

    assert chosen == (native.height, native.width)


def test_a_user_adapter_generates_clips_from_the_command_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "own").mkdir()
    text = shipped_adapter("ltx-video").read_text().replace('"ltx-video"', '"my-ltx"')
    for old, new in {"704": "32", "= 480": "= 32", "= 121": "= 9", "steps = 40": "steps = 2"}.items():
        assert old in text
        text = text.replace(old, new, 1)
    (tmp_path / "own" / "my-ltx.toml").write_text(text)
    monkeypatch.setenv("TI2V_ADAPTERS", str(tmp_path / "own"))
    place = ["--benchmark", "ti2v-starter", "--output", str(tmp_path / "clips"), "--device", "cpu"]
    weights = save_toy("ltx-video", tmp_path / "toy")

    with fresh_table():
        code = main(["generate", "--model", "my-ltx", *place, "--limit", "1", "--checkpoint", str(weights)])

    (line,) = read_manifests(tmp_path / "clips")
    assert code == 0
    assert (line["model"], line["frames"], line["steps"], line["fps"]) == ("my-ltx", 9, 2, "24")


@contextmanager
def fresh_table() -> Iterator[None]:
    """Clear the cached registry before and after a test that changes the settings."""
    for cached in (generator_settings, generators):
        cached.cache_clear()
    yield
    for cached in (generator_settings, generators):
        cached.cache_clear()


def test_nan_in_the_output_is_an_error() -> None:
    with pytest.raises(Crashed, match="The network returned NaN or infinity"):
        to_uint8_clips(np.full((1, 2, 8, 8, 3), np.nan))


def test_frames_are_rounded_and_clipped() -> None:
    (frames,) = to_uint8_clips(torch.tensor([-0.5, 0.5, 1.5]).expand(1, 2, 4, 4, 3))

    assert frames.dtype == np.uint8
    assert frames[0, 0, 0].tolist() == [0, 128, 255]


def test_an_output_without_frames_is_an_error() -> None:
    with pytest.raises(Crashed, match="The pipeline returned dict, which has no attribute frames or video"):
        output_frames({})


def test_a_clip_with_another_size_than_declared_is_an_error(tmp_path: Path) -> None:
    recipe = toy_recipe("ltx-video")
    wrong = recipe.model_copy(update={"native": recipe.native.model_copy(update={"frames": 12})})
    generator = DiffusersGenerator(wrong, save_toy("ltx-video", tmp_path / "toy"))
    generator.load("cpu", "auto")

    with pytest.raises(
        Crashed, match=r"returned frames of shape \(9, 32, 32, 3\), expected \(12, 32, 32, 3\)"
    ):
        list(generator.generate(requests(tmp_path)[:1]))


def test_a_broken_image_fails_only_its_own_clip(
    toys: Callable[[str], DiffusersGenerator], tmp_path: Path
) -> None:
    (tmp_path / "broken.png").write_bytes(b"not a picture")
    asked = [requests(tmp_path)[0], ClipRequest("broken", tmp_path / "broken.png", "It jumps.")]
    clips = toys("ltx-video").generate(asked)

    assert next(clips).pair_id == "pair0"
    with pytest.raises(BadInput, match=r"broken\.png cannot be read"):
        next(clips)


def test_generating_without_loading_is_an_error(tmp_path: Path) -> None:
    generator = DiffusersGenerator(toy_recipe("ltx-video"), tmp_path)
    generator.unload()

    with pytest.raises(CannotRun, match="ltx-video is not loaded"):
        list(generator.generate(requests(tmp_path)[:1]))


def test_a_folder_without_weights_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CannotRun, match="has no weights of ltx-video"):
        DiffusersGenerator(toy_recipe("ltx-video"), tmp_path).load("cpu", "auto")
