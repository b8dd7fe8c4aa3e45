"""Each shipped subprocess adapter writes its inputs, runs its program and finds every output."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from models.generators.base import BadInput, ClipRequest
from models.generators.images import fit_image, read_image
from models.generators.recipe_checks import recipe_problems
from models.generators.recipe_tables import Output, Staging
from tests.models.generators.checkout_of import SCRIPTS, generator_of, recipe_of, write_script
from tests.models.generators.requests import picture
from tests.models.generators.stand_in_program import prompt_grey

# Two pairs of one image, one of them with a word that trips AnimateAnything, and one of another image.
PAIRS = {
    "balloon1_the_gift_rises": ("balloon1", "The gift: rises, and 'turns' ${round}."),
    "balloon1_the_blue_balloon": ("balloon1", 'The "blue" balloon sinks & [stays] *there*?'),
    "cat2_it_jumps": ("cat2", "It jumps."),
}


@pytest.fixture
def requests(tmp_path: Path) -> list[ClipRequest]:
    colours = {"balloon1": (200, 60, 40), "cat2": (40, 90, 180)}
    for name, colour in colours.items():
        Image.new("RGB", (300, 200), colour).save(tmp_path / f"{name}.jpg")
    return [ClipRequest(pair, tmp_path / f"{image}.jpg", prompt) for pair, (image, prompt) in PAIRS.items()]


@pytest.mark.parametrize("name", SCRIPTS)
def test_every_clip_is_generated_from_its_own_image_and_prompt(
    name: str, requests: list[ClipRequest], tmp_path: Path
) -> None:
    recipe = recipe_of(name)
    native = recipe.native

    clips = list(generator_of(recipe, tmp_path / "checkout").generate(requests))

    assert [clip.pair_id for clip in clips] == list(PAIRS)
    for clip, request in zip(clips, requests, strict=True):
        assert clip.frames.shape == (native.frames, native.height, native.width, 3)
        colour = np.asarray(read_image(request.image)).mean(axis=(0, 1))
        assert np.abs(clip.frames[0].mean(axis=(0, 1)) - colour).max() < 4
        expected = prompt_grey(
            request.prompt.replace("${", "\\${") if recipe.staging.config_file else request.prompt
        )
        assert np.abs(clip.frames[-1].mean() - expected) < 4
        assert clip.fps == native.fps
        assert clip.provenance.revision == recipe.repository.commit
        assert len(clip.provenance.checkpoint_sha256) == 64


@pytest.mark.parametrize("name", ["seine", "cinemo", "ti2v-zero"])
def test_a_prompt_that_cannot_be_a_file_name_fails_only_its_own_clip(
    name: str, requests: list[ClipRequest], tmp_path: Path
) -> None:
    requests[1] = ClipRequest("cat1_a_or_b", requests[1].image, "It sits/stands.")
    clips = generator_of(recipe_of(name), tmp_path / "checkout").generate(requests)

    assert next(clips).pair_id == "balloon1_the_gift_rises"
    with pytest.raises(BadInput, match="prompt of cat1_a_or_b contains '/'"):
        next(clips)


def test_a_user_program_can_use_the_file_protocol(requests: list[ClipRequest], tmp_path: Path) -> None:
    recipe = recipe_of(
        "consisti2v",
        command=("{python}", "mine.py", "{requests_file}"),
        staging=Staging(requests_file="requests.jsonl"),
        output=Output(pattern="output/{stem}.mp4"),
    )
    generator = generator_of(recipe, tmp_path / "checkout")
    write_script(tmp_path / "checkout" / "mine.py", tmp_path / "checkout", "file-protocol")

    clips = list(generator.generate(requests))

    assert recipe_problems(recipe) == []
    assert [clip.pair_id for clip in clips] == list(PAIRS)
    for clip, request in zip(clips, requests, strict=True):
        assert np.abs(clip.frames[-1].mean() - prompt_grey(request.prompt)) < 4


def test_a_script_that_selects_a_gpu_gets_the_configured_one(
    requests: list[ClipRequest], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "4,6")
    generator = generator_of(recipe_of("ti2v-zero"), tmp_path / "checkout")
    generator.load("cuda:1", "auto")

    list(generator.generate(requests[:1]))

    seen = json.loads((tmp_path / "checkout" / "environment.json").read_text())
    assert seen["CUDA_VISIBLE_DEVICES"] == "6"


@pytest.mark.parametrize(
    ("seeds", "same", "real_torch"), [((7, 7), True, True), ((7, 8), False, False)], ids=["same", "other"]
)
def test_a_script_is_seeded_per_clip(
    seeds: tuple[int, int], same: bool, real_torch: bool, tmp_path: Path
) -> None:
    generator = generator_of(recipe_of("ti2v-zero"), tmp_path / "checkout")
    if real_torch:
        (tmp_path / "checkout" / "torch.py").unlink()
    said = []
    for seed in seeds:
        list(generator.generate([ClipRequest("a", picture(tmp_path), "It jumps.", seed)]))
        said.append((tmp_path / "checkout" / "ti2v-last-run.log").read_text())

    assert said[0].startswith("saved It_jumps-drawn")
    assert (said[0] == said[1]) is same


def test_a_run_that_is_seeded_once_has_one_seed(tmp_path: Path) -> None:
    image = picture(tmp_path)
    requests = [ClipRequest("a", image, "It jumps.", seed) for seed in (3, 3, 4)]

    clips = list(generator_of(recipe_of("dynamicrafter"), tmp_path / "checkout").generate(requests))

    assert [clip.provenance.settings["place_in_run"] for clip in clips] == ["1 of 2", "2 of 2", "1 of 1"]


def test_an_image_with_another_aspect_ratio_is_cropped(tmp_path: Path) -> None:
    recipe = recipe_of("consisti2v")
    wide = Image.new("RGB", (512, 256), "red")
    wide.paste("blue", (0, 0, 100, 256))
    wide.save(tmp_path / "wide.png")

    (clip,) = generator_of(recipe, tmp_path / "checkout").generate(
        [ClipRequest("a", tmp_path / "wide.png", "It jumps.")]
    )

    expected = np.asarray(fit_image(wide, 256, 256)).mean(axis=(0, 1))
    assert np.abs(clip.frames[0].mean(axis=(0, 1)) - expected).max() < 4


def test_a_broken_image_fails_only_its_own_clip(requests: list[ClipRequest], tmp_path: Path) -> None:
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"not a picture")
    requests[1] = ClipRequest("broken1_it_jumps", broken, "It jumps.")
    clips = generator_of(recipe_of("consisti2v"), tmp_path / "checkout").generate(requests)

    assert next(clips).pair_id == "balloon1_the_gift_rises"
    with pytest.raises(BadInput, match=r"broken\.png cannot be read"):
        next(clips)
