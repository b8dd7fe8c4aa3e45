"""Checkpoints cannot run code, hub weights are pinned, and memory errors are detected."""

import re
import weakref
from pathlib import Path

import pytest
import torch

from models.generators.base import CannotRun, Crashed, OutOfMemory
from models.generators.diffusers_adapter import DiffusersGenerator
from models.generators.hub import cached_snapshot
from models.generators.out_of_memory import check_device, translate_errors
from models.generators.recipes import Weights
from models.generators.revisions import pin, pinned_revision
from models.generators.settings import generator_settings
from tests.models.generators.toys.table import save_toy, toy_recipe

ROOT = Path(__file__).resolve().parents[3]
CODE = sorted((ROOT / "models").rglob("*.py"))
WEIGHTS = Weights(source="owner/name", gb=1, licence="MIT")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TI2V_HOME", str(tmp_path))
    generator_settings.cache_clear()
    yield tmp_path
    generator_settings.cache_clear()


def test_no_code_of_a_hub_repository_is_run() -> None:
    remote = "trust_" + "remote_code"

    assert [path.name for path in CODE if remote in path.read_text()] == []


def test_nothing_is_unpickled_but_weights() -> None:
    calls = [call for path in CODE for call in re.findall(r"torch\.load\([^)]*\)", path.read_text())]

    assert calls
    assert [call for call in calls if "weights_only=True" not in call] == []
    assert [path.name for path in CODE if re.search(r"pickle\.loads?\(", path.read_text())] == []


def test_pipelines_are_loaded_from_safetensors_and_from_disk_only() -> None:
    source = (ROOT / "models/generators/pipeline_loader.py").read_text()

    calls = re.findall(r"\.from_pretrained\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)", source)

    # The pipeline, a network, and a processor or tokenizer, which has no weights.
    assert len(calls) == source.count(".from_pretrained(") == 3
    assert ["use_safetensors=True" in call for call in calls] == [True, True, False]
    assert all("local_files_only=True" in call for call in calls)


def test_a_pipeline_with_pickled_weights_is_refused(tmp_path: Path) -> None:
    recipe = toy_recipe("ltx-video")
    folder = save_toy("ltx-video", tmp_path / "toy")
    safe = folder / "transformer" / "diffusion_pytorch_model.safetensors"
    torch.save({}, safe.with_suffix(".bin"))
    safe.unlink()

    with pytest.raises(CannotRun, match="ltx-video cannot be loaded from"):
        DiffusersGenerator(recipe, folder).load("cpu", "auto")


def test_a_commit_is_pinned_when_it_is_downloaded(home: Path) -> None:
    pin("owner/name", "b" * 40)

    assert pinned_revision(WEIGHTS) == "b" * 40
    assert pinned_revision(WEIGHTS.model_copy(update={"revision": "c" * 40})) == "c" * 40


def test_a_branch_cannot_be_pinned(home: Path) -> None:
    with pytest.raises(CannotRun, match="'main' is not a commit of owner/name"):
        pin("owner/name", "main")


def test_the_cache_is_not_used_without_a_pin(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "hub"))
    snapshot = tmp_path / "hub" / "models--owner--name" / "snapshots" / ("b" * 40)
    snapshot.mkdir(parents=True)
    before = cached_snapshot(WEIGHTS)

    pin("owner/name", "b" * 40)

    assert (before, cached_snapshot(WEIGHTS)) == (None, snapshot)


@pytest.mark.parametrize(
    ("raised", "expected"),
    [
        (torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20 GiB"), OutOfMemory),
        (RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried"), OutOfMemory),
        (MemoryError(), OutOfMemory),
        (RuntimeError("mat1 and mat2 shapes cannot be multiplied"), Crashed),
    ],
)
def test_out_of_memory_errors_are_distinguished_from_other_errors(
    raised: Exception, expected: type[Exception]
) -> None:
    with pytest.raises(expected) as caught, translate_errors("wan failed"):
        raise raised

    assert type(caught.value) is expected
    assert str(caught.value).startswith("wan failed: ")


def test_a_failed_allocation_is_an_out_of_memory_error() -> None:
    with pytest.raises(OutOfMemory, match="out of memory"), translate_errors("wan failed"):
        torch.empty(2**60, dtype=torch.uint8)


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
def test_a_missing_gpu_is_an_error() -> None:
    with pytest.raises(CannotRun, match="wan cannot run on cuda: there is no such device on this machine"):
        check_device("wan", "cuda", 24)


def test_tensors_of_a_failed_call_are_freed() -> None:
    held: list[weakref.ref[torch.Tensor]] = []

    def network() -> None:
        latents = torch.zeros(8)
        held.append(weakref.ref(latents))
        raise torch.OutOfMemoryError("CUDA out of memory")

    with pytest.raises(OutOfMemory) as caught, translate_errors("wan failed"):
        network()

    assert caught.value is not None
    assert held[0]() is None
