"""`ti2v motif convert`."""

from pathlib import Path

import pytest
import torch
from diffusers import UNet3DConditionModel
from safetensors.torch import load_file, save_file

from benchmark.cli.main import main
from models.motif.convert import PREFIX
from models.motif.unet import MotifUNet
from tests.models.motif.tiny import tiny_unet
from tests.models.motif.videocrafter import ReferenceUNet


def run(*arguments: str | Path) -> int:
    return main(["motif", "convert", *map(str, arguments)])


@pytest.fixture
def sizes(tmp_path: Path) -> Path:
    """The config.json of a toy network."""
    tiny_unet().save_config(tmp_path / "sizes")
    return tmp_path / "sizes" / "config.json"


@pytest.fixture
def checkpoint(tmp_path: Path) -> Path:
    """A toy checkpoint in VideoCrafter2's format."""
    torch.manual_seed(5)
    reference = ReferenceUNet(channels=8, multipliers=(1, 2), layers=1, context=16, head=4, groups=4)
    state = {PREFIX + name: tensor for name, tensor in reference.state_dict().items()}
    path = tmp_path / "model.safetensors"
    save_file(state, path)
    return path


def test_converting_a_checkpoint_in_both_directions_is_lossless(
    checkpoint: Path, sizes: Path, tmp_path: Path
) -> None:
    assert run(checkpoint, tmp_path / "ours", "--sizes", sizes) == 0
    assert run(tmp_path / "ours", tmp_path / "back.safetensors", "--to", "videocrafter2") == 0

    assert (tmp_path / "back.safetensors").read_bytes() == checkpoint.read_bytes()


def test_a_pickle_becomes_safetensors(checkpoint: Path, sizes: Path, tmp_path: Path) -> None:
    torch.save({"state_dict": load_file(checkpoint)}, tmp_path / "model.ckpt")

    assert run(tmp_path / "model.ckpt", tmp_path / "ours", "--sizes", sizes, "--conditioning", "both") == 0

    assert MotifUNet.from_pretrained(tmp_path / "ours").config["conditioning"] == "both"


def test_a_folder_in_diffusers_layout_is_converted(tmp_path: Path) -> None:
    UNet3DConditionModel(
        block_out_channels=(8, 16),
        down_block_types=("CrossAttnDownBlock3D", "DownBlock3D"),
        up_block_types=("UpBlock3D", "CrossAttnUpBlock3D"),
        layers_per_block=1,
        cross_attention_dim=16,
        attention_head_dim=4,
        norm_num_groups=4,
    ).save_pretrained(tmp_path / "base" / "unet")

    assert run(tmp_path / "base", tmp_path / "ours") == 0

    assert MotifUNet.from_pretrained(tmp_path / "ours").config["conditioning"] == "x-cat"


def test_an_existing_output_is_not_overwritten(
    checkpoint: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(checkpoint, tmp_path) == 1

    assert "already exists; choose another output path" in capsys.readouterr().err


def test_a_checkpoint_of_another_network_is_refused_in_one_sentence(
    sizes: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    save_file({PREFIX + "out.2.bias": torch.zeros(4)}, tmp_path / "other.safetensors")

    assert run(tmp_path / "other.safetensors", tmp_path / "ours", "--sizes", sizes) == 1

    message = capsys.readouterr().err
    assert "Error:" in message
    assert "missing (" in message
    assert "0 unexpected" in message
    assert not (tmp_path / "ours").exists()


@pytest.mark.parametrize("content", [b"no pickle at all", b"hello", b""])
def test_a_file_that_is_not_a_checkpoint_is_refused_in_one_sentence(
    content: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "model.ckpt").write_bytes(content)

    assert run(tmp_path / "model.ckpt", tmp_path / "ours") == 1

    assert "model.ckpt: not a pickle of plain tensors" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("content", "sentence"), [("{sizes", "is not valid JSON"), ("[]", "is not the config.json")]
)
def test_sizes_that_cannot_be_read_are_refused(
    content: str, sentence: str, checkpoint: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "broken.json").write_text(content)

    assert run(checkpoint, tmp_path / "ours", "--sizes", tmp_path / "broken.json") == 2

    assert sentence in capsys.readouterr().err


def test_videocrafter2_output_must_be_a_safetensors_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tiny_unet().save_pretrained(tmp_path / "ours")

    assert run(tmp_path / "ours", tmp_path / "model.ckpt", "--to", "videocrafter2") == 2

    assert "must end in .safetensors" in capsys.readouterr().err
