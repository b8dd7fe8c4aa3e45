"""However a program fails, it ends, and what is said names the reason."""

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
        ("nothing", Crashed, "ended as if all were well, and made no clip"),
        ("crash", Crashed, "ended with exit code 1"),
        ("memory", OutOfMemory, "ran out of GPU memory"),
        ("frames", Crashed, "has frames 15 where 16 were expected"),
        ("size", Crashed, "has size 496x320 where 512x320 were expected"),
        ("rate", Crashed, "has frames a second 16 where 8 were expected"),
    ],
)
def test_a_program_that_fails_is_named_with_its_reason(
    mood: str, error: type[GeneratorError], sentence: str, tmp_path: Path
) -> None:
    generator = generator_of(recipe_of("dynamicrafter"), tmp_path / "checkout", mood=mood)

    with pytest.raises(error, match=sentence):
        list(generator.generate([request(tmp_path)]))


@pytest.mark.parametrize(
    ("mood", "error", "sentence"),
    [
        ("nothing", Crashed, "ended as if all were well, and made no clip"),
        ("crash", Crashed, "ended with exit code 1"),
        ("frames", Crashed, r"It_jumps-drawn\d{4}-00 has frames 15 where 16 were expected"),
        ("size", Crashed, "000.jpg has size 240x256 where 256x256 were expected"),
        ("broken", Crashed, "003.jpg cannot be decoded"),
    ],
)
def test_a_script_that_makes_images_is_checked_likewise(
    mood: str, error: type[GeneratorError], sentence: str, tmp_path: Path
) -> None:
    generator = generator_of(recipe_of("ti2v-zero"), tmp_path / "checkout", mood=mood)

    with pytest.raises(error, match=sentence):
        list(generator.generate([request(tmp_path)]))


def test_a_script_of_another_commit_does_not_start(tmp_path: Path) -> None:
    recipe = recipe_of("ti2v-zero")
    folder = checkout_of(recipe, tmp_path / "checkout")
    script = folder / "demo_img2vid.py"
    script.write_text(script.read_text().replace("img_path = ", "image_path = "))
    generator = SubprocessGenerator(recipe, Checkout(recipe, folder), recipe_sha256="")

    with pytest.raises(
        CannotRun, match=r"sets img_path to a constant 0 times where once is expected.*run: ti2v"
    ):
        generator.load("cpu", "auto")

    assert not (folder / "environment.json").exists()


def test_a_program_that_hangs_is_ended(tmp_path: Path) -> None:
    recipe = recipe_of("dynamicrafter", limits=Limits(load_s=0.5, clip_s=0.5))
    generator = generator_of(recipe, tmp_path / "checkout", mood="hang")

    with pytest.raises(TimedOut, match=r"was ended after \d+ s; its log is"):
        list(generator.generate([request(tmp_path)]))


def test_a_huge_log_fills_neither_disk_nor_memory_and_its_end_is_kept(tmp_path: Path) -> None:
    recipe = recipe_of("dynamicrafter", limits=Limits(load_s=60, clip_s=60, log_bytes=64 * 1024))
    generator = generator_of(recipe, tmp_path / "checkout", mood="log")

    (clip,) = generator.generate([request(tmp_path)])

    log = (tmp_path / "checkout" / "ti2v-last-run.log").read_bytes()
    assert clip.frames.shape[0] == 16
    assert len(log) < 64 * 1024 + TAIL_BYTES + 200
    assert log.endswith(b"the end of the log\n")


def test_an_error_carries_the_end_of_the_log(tmp_path: Path) -> None:
    generator = generator_of(recipe_of("dynamicrafter"), tmp_path / "checkout", mood="crash")

    with pytest.raises(Crashed) as raised:
        list(generator.generate([request(tmp_path)]))

    assert raised.value.log_tail == "the weights are of another shape\n"


def test_the_program_sees_none_of_our_secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("TI2V_KEY", "HF_TOKEN", "AWS_SECRET_ACCESS_KEY", "SSH_AUTH_SOCK"):
        monkeypatch.setenv(name, "secret")

    list(generator_of(recipe_of("dynamicrafter"), tmp_path / "checkout").generate([request(tmp_path)]))

    seen = json.loads((tmp_path / "checkout" / "environment.json").read_text())
    assert "secret" not in seen.values()
    assert seen["HF_HUB_OFFLINE"] == "1"
    assert not Path(seen["HOME"]).exists()


def test_nothing_is_left_of_the_work_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "work").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "work"))
    generator = generator_of(recipe_of("dynamicrafter"), tmp_path / "checkout", mood="crash")

    with pytest.raises(Crashed):
        list(generator.generate([request(tmp_path)]))

    assert list((tmp_path / "work").iterdir()) == []


def test_a_work_folder_the_program_would_miss_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "samples").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "samples"))
    generator = generator_of(recipe_of("dynamicrafter"), tmp_path / "checkout")

    with pytest.raises(CannotRun, match="'samples' in its path"):
        list(generator.generate([request(tmp_path)]))


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (".git/HEAD", "stands at no commit, expected c453369367122d7fbb0aa38f124e76dc8fe2a91c"),
        (".venv/bin/python", "Its environment is missing"),
        (
            "checkpoints/dynamicrafter_512_v1/model.ckpt",
            r"Weights are missing: Doubiiu/DynamiCrafter_512 \(10.4 GB",
        ),
    ],
)
def test_what_is_missing_is_said_with_what_to_do(damage: str, sentence: str, tmp_path: Path) -> None:
    recipe = recipe_of("dynamicrafter")
    folder = checkout_of(recipe, tmp_path / "checkout")
    (folder / damage).unlink()
    generator = SubprocessGenerator(recipe, Checkout(recipe, folder), recipe_sha256="")

    with pytest.raises(CannotRun, match=f"{sentence}.*run: ti2v generators setup dynamicrafter --run"):
        generator.load("cpu", "auto")


def test_without_a_gpu_a_model_that_needs_one_cannot_run(tmp_path: Path) -> None:
    recipe = recipe_of("dynamicrafter", gpu_gib=13)
    folder = checkout_of(recipe, tmp_path / "checkout")
    generator = SubprocessGenerator(recipe, Checkout(recipe, folder), recipe_sha256="")

    with pytest.raises(CannotRun, match="cannot run on cpu"):
        generator.load("cpu", "auto")
