"""Loading of text-to-video networks in diffusers' layout, and of tensor files."""

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from diffusers import UNet3DConditionModel
from safetensors.torch import load_file, save_file
from torch import Tensor

from models.motif.conditioning import Conditioning
from models.motif.unet import MotifUNet
from models.motif.weights import (
    CheckpointError,
    add_image_conditioning,
    read_motif_unet,
    read_tensors,
    read_text_to_video,
)
from tests.models.motif.tiny import tiny_unet

Inputs = tuple[Tensor, Tensor, Tensor]
Network = Callable[..., UNet3DConditionModel]


class Secret:
    """A class other than a tensor, for use in a pickle."""


@pytest.fixture
def text_to_video() -> Network:
    """Factory of networks with ModelScope's architecture at toy size."""

    def make(**changes: object) -> UNet3DConditionModel:
        torch.manual_seed(4)
        sizes = {
            "block_out_channels": (8, 16),
            "down_block_types": ("CrossAttnDownBlock3D", "DownBlock3D"),
            "up_block_types": ("UpBlock3D", "CrossAttnUpBlock3D"),
            "layers_per_block": 1,
            "cross_attention_dim": 16,
            "attention_head_dim": 4,
            "norm_num_groups": 4,
        }
        return UNet3DConditionModel(**{**sizes, **changes}).eval()

    return make


def inputs() -> Inputs:
    rng = torch.Generator().manual_seed(3)
    latents = torch.randn(2, 4, 4, 8, 8, generator=rng)
    return latents, torch.tensor([1, 901]), torch.randn(2, 7, 16, generator=rng)


def images(conditioning: Conditioning) -> dict[str, Tensor]:
    rng = torch.Generator().manual_seed(8)
    made = {}
    if conditioning.concatenates:
        made["image_latents"] = torch.randn(2, 4, 8, 8, generator=rng)
    if conditioning.attends:
        made["image_tokens"] = torch.randn(2, 5, 16, generator=rng)
    return made


@torch.no_grad()
@pytest.mark.parametrize("conditioning", list(Conditioning))
def test_adding_image_conditioning_does_not_change_the_outputs(
    text_to_video: Network, conditioning: Conditioning
) -> None:
    base = text_to_video()

    network = add_image_conditioning(
        base, conditioning, source="base", image_token_dim=16, image_token_count=5
    )

    predicted = network(*inputs(), torch.tensor([8, 24]), **images(conditioning))
    assert torch.equal(predicted, base(*inputs()).sample)


@torch.no_grad()
@pytest.mark.parametrize("subfolder", ["", "unet"])
@pytest.mark.parametrize("safe", [True, False])
def test_a_stored_text_to_video_network_is_loaded(
    text_to_video: Network, tmp_path: Path, subfolder: str, safe: bool
) -> None:
    base = text_to_video()
    base.save_pretrained(tmp_path / subfolder, safe_serialization=safe)

    network = read_text_to_video(tmp_path, Conditioning.X_CAT)

    predicted = network(*inputs(), torch.tensor([8, 24]), **images(Conditioning.X_CAT))
    assert torch.equal(predicted, base(*inputs()).sample)


def test_half_precision_is_kept(text_to_video: Network) -> None:
    network = add_image_conditioning(text_to_video().to(torch.float16), Conditioning.X_CAT, source="base")

    assert {parameter.dtype for parameter in network.parameters()} == {torch.float16}


def test_another_architecture_is_refused(text_to_video: Network) -> None:
    with pytest.raises(CheckpointError, match=r"base: norm_eps is 1e-06; expected 1e-05"):
        add_image_conditioning(text_to_video(norm_eps=1e-6), Conditioning.X_CAT, source="base")


def test_missing_tensors_of_a_stored_network_are_named(text_to_video: Network, tmp_path: Path) -> None:
    text_to_video().save_pretrained(tmp_path)
    weights = tmp_path / "diffusion_pytorch_model.safetensors"
    tensors = load_file(weights)
    del tensors["conv_out.bias"]
    save_file(tensors, weights)

    with pytest.raises(CheckpointError, match=r"1 missing \(conv_out\.bias\); 0 unexpected"):
        read_text_to_video(tmp_path, Conditioning.X_CAT)


def test_a_folder_without_a_network_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match=r"no config\.json; expected a UNet3DConditionModel"):
        read_text_to_video(tmp_path, Conditioning.X_CAT)
    with pytest.raises(CheckpointError, match="not a saved MotifUNet"):
        read_motif_unet(tmp_path)


def test_missing_tensors_of_a_saved_motif_unet_are_named(tmp_path: Path) -> None:
    network = tiny_unet()
    network.save_pretrained(tmp_path)
    weights = tmp_path / "diffusion_pytorch_model.safetensors"
    tensors = load_file(weights)
    tensors["surplus"] = tensors.pop("fps_embedding.linear_1.bias")
    save_file(tensors, weights)

    with pytest.raises(CheckpointError, match=r"1 missing \(fps_embedding.*\); 1 unexpected \(surplus\)"):
        read_motif_unet(tmp_path)


@pytest.mark.parametrize("wrapped", [True, False])
def test_a_pickle_of_plain_tensors_is_read(tmp_path: Path, wrapped: bool) -> None:
    path = tmp_path / "model.ckpt"
    state = {"weight": torch.arange(3.0)}
    torch.save({"state_dict": state, "global_step": 7} if wrapped else state, path)

    assert torch.equal(read_tensors(path)["weight"], state["weight"])


def test_a_pickle_that_references_code_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "model.ckpt"
    torch.save({"state_dict": {"weight": torch.zeros(1)}, "hparams": Secret()}, path)

    with pytest.raises(CheckpointError, match=r"model\.ckpt: not a pickle of plain tensors"):
        read_tensors(path)


@pytest.mark.parametrize("name", ["model.ckpt", "model.safetensors"])
@pytest.mark.parametrize("content", [b"", b"not weights at all"])
def test_a_damaged_file_is_refused(tmp_path: Path, name: str, content: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(content)

    with pytest.raises(CheckpointError, match=name):
        read_tensors(path)


@pytest.mark.parametrize("content", [[1, 2], {"step": 5}])
def test_a_file_without_tensors_is_refused(tmp_path: Path, content: object) -> None:
    torch.save(content, tmp_path / "model.pt")

    with pytest.raises(CheckpointError, match="expected a"):
        read_tensors(tmp_path / "model.pt")


def test_a_saved_motif_unet_is_loaded(tmp_path: Path) -> None:
    network = tiny_unet(seed=2)
    network.save_pretrained(tmp_path / "unet")

    loaded: MotifUNet = read_motif_unet(tmp_path)

    assert all(torch.equal(a, b) for a, b in zip(network.parameters(), loaded.parameters(), strict=True))
