"""Registry entries for MotiF's checkpoints."""

from pathlib import Path

import pytest

from models.generators.base import CannotRun, ClipRequest
from models.generators.motif_entries import motif_entries, motif_recipe
from models.generators.registry import create_generator
from models.generators.settings import generator_settings
from tests.models.generators.requests import picture
from tests.models.motif.tiny import toy_pipeline


@pytest.fixture(scope="module")
def run_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a training run, with only the files that generation needs."""
    folder = tmp_path_factory.mktemp("run")
    toy_pipeline(size=32, num_frames=4).save_pretrained(folder / "pipeline")
    (folder / "config.toml").write_text("[validation]\nsampling_steps = 3\nguidance = 2.0\n")
    return folder


def test_motif_and_every_ablation_have_an_entry() -> None:
    assert [entry.name for entry in motif_entries()] == [
        "motif-sprites",
        "motif-sprites-without",
        "motif-sprites-inverse",
        "motif",
        "motif-without",
        "motif-inverse",
        "motif-cx-attn",
        "motif-both",
        "motif-sam",
        "motif-lambda-0.5",
        "motif-lambda-2",
        "motif-lambda-5",
    ]


def test_a_checkpoint_generates_clips_with_its_own_size(run_folder: Path, tmp_path: Path) -> None:
    generator = create_generator("motif-sprites", checkpoint=run_folder)
    generator.load("cpu", "auto")
    images = [picture(tmp_path, name=f"image{number}", seed=number) for number in range(2)]
    requests = [ClipRequest(image.stem, image, "The red kite sinks.", 5) for image in images]

    clips = list(generator.generate(requests))

    assert [clip.frames.shape for clip in clips] == [(4, 192, 192, 3)] * 2
    assert (clips[0].provenance.steps, clips[0].provenance.guidance) == (3, 2.0)


def test_steps_and_guidance_are_those_of_the_validation(run_folder: Path) -> None:
    recipe = motif_recipe("motif", run_folder / "pipeline")

    assert recipe.call == {"num_inference_steps": 3, "guidance_scale": 2.0}
    assert (recipe.native.width, recipe.native.frames) == (32, 4)


def test_a_missing_checkpoint_is_named_with_the_next_step(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TI2V_CHECKPOINTS", str(tmp_path))
    generator_settings.cache_clear()
    try:
        (entry,) = [each for each in motif_entries() if each.name == "motif-inverse"]

        assert f"There is no checkpoint in {tmp_path / 'motif-inverse'}, and no weights" in str(
            entry.unavailable_reason()
        )
        with pytest.raises(CannotRun, match="motif-inverse cannot run on this machine"):
            entry.create(None)
    finally:
        generator_settings.cache_clear()
