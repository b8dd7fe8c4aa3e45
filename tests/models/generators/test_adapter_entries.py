"""An adapter's entry passes the files of its components and LoRAs to the generator."""

from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from models.generators.adapter_entries import adapter_entry, shipped_adapter
from models.generators.base import CannotRun, ClipRequest, GeneratedClip
from tests.models.generators.requests import picture
from tests.models.generators.toys.table import save_toy

COMMIT = "0123456789abcdef0123456789abcdef01234567"
LAYER = "transformer.transformer_blocks.0.attn1.to_q"
PARTS = f"""
[[components]]
component = "transformer"
kind = "LTXVideoTransformer3DModel"
source = "owner/transformer"
subfolder = "transformer"
revision = "{COMMIT}"
gb = 1
licence = "MIT"

[[loras]]
source = "owner/lora"
file = "lora.safetensors"
revision = "{COMMIT}"
gb = 1
licence = "MIT"
"""


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache of the hub with a toy LTX, a component and a LoRA, each in its own repository."""
    cache = tmp_path / "hub"
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(cache))
    save_toy("ltx-video", snapshot(cache, "base"))
    snapshot(cache, "transformer").mkdir(parents=True)
    (snapshot(cache, "base") / "transformer").rename(snapshot(cache, "transformer") / "transformer")
    snapshot(cache, "lora").mkdir(parents=True)
    matrices = {f"{LAYER}.lora_A.weight": torch.ones(2, 32), f"{LAYER}.lora_B.weight": torch.ones(32, 2)}
    save_file(matrices, snapshot(cache, "lora") / "lora.safetensors")
    return cache


def snapshot(cache: Path, name: str) -> Path:
    return cache / f"models--owner--{name}" / "snapshots" / COMMIT


def adapter(folder: Path, *, parts: str = PARTS) -> Path:
    text = shipped_adapter("ltx-video").read_text().replace('"ltx-video"', '"own"')
    for old, new in {"704": "32", "= 480": "= 32", "= 121": "= 9", "steps = 40": "steps = 2"}.items():
        text = text.replace(old, new, 1)
    weights = f'[[weights]]\nsource = "owner/base"\nrevision = "{COMMIT}"\ngb = 1\nlicence = "MIT"\n'
    (folder / "own.toml").write_text(text.split("[[weights]]")[0] + weights + parts)
    return folder / "own.toml"


def clip(path: Path, tmp_path: Path, folder: Path | None = None) -> GeneratedClip:
    generator = adapter_entry(path).create(folder)
    generator.load("cpu", "auto")
    return next(iter(generator.generate([ClipRequest("pair", picture(tmp_path), "The kite sinks.", 3)])))


def test_a_component_and_a_lora_come_from_their_own_repositories(hub: Path, tmp_path: Path) -> None:
    made = clip(adapter(tmp_path), tmp_path)
    without = clip(adapter(tmp_path, parts=PARTS.split("[[loras]]")[0]), tmp_path)

    assert made.provenance.checkpoint_sha256 != without.provenance.checkpoint_sha256
    assert (made.frames != without.frames).any()


def test_a_folder_of_the_user_needs_only_the_loras(hub: Path, tmp_path: Path) -> None:
    complete = save_toy("ltx-video", tmp_path / "complete")
    for path in snapshot(hub, "transformer").rglob("*"):
        path.unlink() if path.is_file() else None

    made = clip(adapter(tmp_path), tmp_path, complete)

    assert made.frames.shape == (9, 32, 32, 3)


def test_a_missing_lora_is_named(hub: Path, tmp_path: Path) -> None:
    (snapshot(hub, "lora") / "lora.safetensors").unlink()
    snapshot(hub, "lora").rmdir()

    with pytest.raises(CannotRun, match=r"The weights are not downloaded: owner/lora .*setup own --run"):
        adapter_entry(adapter(tmp_path)).create(None)
