"""Failures of external programs, and the resulting errors."""

import json
from pathlib import Path

import pytest

from models.generators.base import CannotRun, Crashed, GeneratorError, OutOfMemory, TimedOut
from models.generators.checkouts import Checkout
from models.generators.child_process import TAIL_BYTES
from models.generators.recipe_tables import Limits
from models.generators.subprocess_adapter import SubprocessGenerator
from tests.models.generators.checkout_of import checkout_of, generator_of, recipe_of
from tests.models.generators.requests import request


@pytest.mark.parametrize(
    ("mood", "error", "sentence"),
    [
        ("nothing", Crashed, "exited with status 0 but wrote no clip"),
        ("crash", Crashed, "failed with exit status 1"),
        ("memory", OutOfMemory, "ran out of GPU memory"),
        ("frames", Crashed, "has frames 15, expected 16"),
        ("size", Crashed, "has size 496x320, expected 512x320"),
        ("rate", Crashed, "has frames per second 16, expected 8"),
    ],
)
def test_a_failing_program_is_reported_with_the_reason(
    mood: str, error: type[GeneratorError], sentence: str, tmp_path: Path
) -> None:
    generator = generator_of(recipe_of("dynamicrafter"), tmp_path / "checkout", mood=mood)

    with pytest.raises(error, match=sentence):
        list(generator.generate([request(tmp_path)]))


@pytest.mark.parametrize(
    ("mood", "error", "sentence"),
    [
        ("nothing", Crashed, "exited with status 0 but wrote no clip"),
        ("crash", Crashed, "failed with exit status 1"),
        ("frames", Crashed, r"It_jumps-drawn\d{4}-00 has frames 15, expected 16"),
        ("size", Crashed, "000.jpg has size 240x256, expected 256x256"),
        ("broken", Crashed, "003.jpg cannot be decoded"),
    ],
)
def test_images_written_by_a_script_are_checked(
    mood: str, error: type[GeneratorError], sentence: str, tmp_path: Path
) -> None:
    generator = generator_of(recipe_of("ti2v-zero"), tmp_path / "checkout", mood=mood)

    with pytest.raises(error, match=sentence):
        list(generator.generate([request(tmp_path)]))


def test_a_script_from_another_commit_is_not_started(tmp_path: Path) -> None:
    recipe = recipe_of("ti2v-zero")
    folder = checkout_of(recipe, tmp_path / "checkout")
    script = folder / "demo_img2vid.py"
    script.write_text(script.read_text().replace("img_path = ", "image_path = "))
    generator = SubprocessGenerator(recipe, Checkout(recipe, folder), recipe_sha256="")

    with pytest.raises(CannotRun, match=r"assigns a constant to img_path 0 times instead of once.*run: ti2v"):
        generator.load("cpu", "auto")

    assert not (folder / "environment.json").exists()


def test_a_hanging_program_is_terminated(tmp_path: Path) -> None:
    recipe = recipe_of("dynamicrafter", limits=Limits(load_s=0.5, clip_s=0.5))
    generator = generator_of(recipe, tmp_path / "checkout", mood="hang")

    with pytest.raises(TimedOut, match=r"was terminated after \d+ s; its log is"):
        list(generator.generate([request(tmp_path)]))


def test_a_huge_log_is_bounded_and_its_end_is_kept(tmp_path: Path) -> None:
    recipe = recipe_of("dynamicrafter", limits=Limits(load_s=60, clip_s=60, log_bytes=64 * 1024))
    generator = generator_of(recipe, tmp_path / "checkout", mood="log")

    (clip,) = generator.generate([request(tmp_path)])

    log = (tmp_path / "checkout" / "ti2v-last-run.log").read_bytes()
    assert clip.frames.shape[0] == 16
    assert len(log) < 64 * 1024 + TAIL_BYTES + 200
    assert log.endswith(b"the end of the log\n")


def test_an_error_contains_the_end_of_the_log(tmp_path: Path) -> None:
    generator = generator_of(recipe_of("dynamicrafter"), tmp_path / "checkout", mood="crash")

    with pytest.raises(Crashed) as raised:
        list(generator.generate([request(tmp_path)]))

    assert raised.value.log_tail == "the weights are of another shape\n"


def test_the_program_does_not_inherit_secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("TI2V_KEY", "HF_TOKEN", "AWS_SECRET_ACCESS_KEY", "SSH_AUTH_SOCK"):
        monkeypatch.setenv(name, "secret")

    list(generator_of(recipe_of("dynamicrafter"), tmp_path / "checkout").generate([request(tmp_path)]))

    seen = json.loads((tmp_path / "checkout" / "environment.json").read_text())
    assert "secret" not in seen.values()
    assert seen["HF_HUB_OFFLINE"] == "1"
    assert not Path(seen["HOME"]).exists()


def test_the_work_folder_is_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "work").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "work"))
    generator = generator_of(recipe_of("dynamicrafter"), tmp_path / "checkout", mood="crash")

    with pytest.raises(Crashed):
        list(generator.generate([request(tmp_path)]))

    assert list((tmp_path / "work").iterdir()) == []


def test_an_unsupported_work_folder_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "samples").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "samples"))
    generator = generator_of(recipe_of("dynamicrafter"), tmp_path / "checkout")

    with pytest.raises(CannotRun, match="'samples' in the path of its work folder"):
        list(generator.generate([request(tmp_path)]))


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (".git/HEAD", "is at no commit, but the adapter needs c453369367122d7fbb0aa38f124e76dc8fe2a91c"),
        (".venv/bin/python", "The Python environment is missing"),
        (
            "checkpoints/dynamicrafter_512_v1/model.ckpt",
            r"Weights are missing: Doubiiu/DynamiCrafter_512 \(10.4 GB",
        ),
    ],
)
def test_a_missing_requirement_is_named_with_the_next_step(
    damage: str, sentence: str, tmp_path: Path
) -> None:
    recipe = recipe_of("dynamicrafter")
    folder = checkout_of(recipe, tmp_path / "checkout")
    (folder / damage).unlink()
    generator = SubprocessGenerator(recipe, Checkout(recipe, folder), recipe_sha256="")

    with pytest.raises(CannotRun, match=f"{sentence}.*run: ti2v generators setup dynamicrafter --run"):
        generator.load("cpu", "auto")


def test_a_model_that_needs_a_gpu_cannot_run_without_one(tmp_path: Path) -> None:
    recipe = recipe_of("dynamicrafter", gpu_gib=13)
    folder = checkout_of(recipe, tmp_path / "checkout")
    generator = SubprocessGenerator(recipe, Checkout(recipe, folder), recipe_sha256="")

    with pytest.raises(CannotRun, match="cannot run on cpu"):
        generator.load("cpu", "auto")
