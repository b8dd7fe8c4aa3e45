"""A stored pipeline loads only if every tensor is in its files."""

from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from models.motif.checkpoints import CheckpointError
from models.motif.pipeline import MotifImageToVideoPipeline
from tests.models.motif.tiny import toy_pipeline

UNET = "unet/diffusion_pytorch_model.safetensors"
VAE = "vae/diffusion_pytorch_model.safetensors"
TEXT = "text_encoder/model.safetensors"


@pytest.fixture
def stored(tmp_path: Path) -> Path:
    toy_pipeline().save_pretrained(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("file", "tensor"),
    [(UNET, "unet.conv_out.bias"), (VAE, "mean"), (TEXT, "final_layer_norm.bias")],
)
def test_a_missing_tensor_is_named(stored: Path, file: str, tensor: str) -> None:
    tensors = load_file(stored / file)
    del tensors[tensor]
    save_file(tensors, stored / file, metadata={"format": "pt"})

    with pytest.raises(CheckpointError, match=rf"1 missing \({tensor}\); 0 unexpected"):
        MotifImageToVideoPipeline.from_pretrained(stored)


@pytest.mark.parametrize("file", [UNET, VAE, TEXT])
def test_a_truncated_file_is_refused(stored: Path, file: str) -> None:
    whole = (stored / file).read_bytes()
    (stored / file).write_bytes(whole[: len(whole) // 2])

    with pytest.raises(OSError, match=str(stored)):
        MotifImageToVideoPipeline.from_pretrained(stored)


def test_a_text_encoder_saved_by_an_older_transformers_is_accepted(stored: Path) -> None:
    tensors = {f"text_model.{name}": tensor for name, tensor in load_file(stored / TEXT).items()}
    save_file(tensors, stored / TEXT, metadata={"format": "pt"})

    loaded = MotifImageToVideoPipeline.from_pretrained(stored)

    expected = toy_pipeline().text_encoder.state_dict()
    assert all(torch.equal(value, expected[name]) for name, value in loaded.text_encoder.state_dict().items())


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="nowhere"):
        MotifImageToVideoPipeline.from_pretrained(tmp_path / "nowhere")
