"""Conversion of VideoCrafter2's checkpoints to `MotifUNet` and back."""

from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor

from models.motif.conditioning import Conditioning
from models.motif.convert import (
    PREFIX,
    load_videocrafter_weights,
    videocrafter_names,
    videocrafter_state_dict,
)
from models.motif.unet import MotifUNet
from models.motif.weights import CheckpointError
from tests.models.motif.tiny import tiny_unet, tiny_unet_config
from tests.models.motif.videocrafter import ReferenceUNet

LARGEST_DIFFERENCE = 1e-5
SOURCE = "somewhere/model.ckpt"


def reference_network() -> ReferenceUNet:
    """Return a network of toy size with random, non-zero weights."""
    torch.manual_seed(5)
    return ReferenceUNet(channels=8, multipliers=(1, 2), layers=1, context=16, head=4, groups=4).eval()


def checkpoint_of(reference: ReferenceUNet) -> dict[str, Tensor]:
    return {PREFIX + name: tensor.clone() for name, tensor in reference.state_dict().items()}


def inputs() -> tuple[Tensor, Tensor, Tensor, Tensor]:
    rng = torch.Generator().manual_seed(6)
    return (
        torch.randn(2, 4, 4, 8, 8, generator=rng),
        torch.tensor([17, 981]),
        torch.randn(2, 7, 16, generator=rng),
        torch.tensor([8, 24]),
    )


def image_latents() -> Tensor:
    return torch.randn(2, 4, 8, 8, generator=torch.Generator().manual_seed(7))


@torch.no_grad()
def test_a_converted_network_gives_the_outputs_of_the_original() -> None:
    reference, network = reference_network(), tiny_unet()

    load_videocrafter_weights(checkpoint_of(reference), network, SOURCE)

    expected = reference(*inputs())
    difference = (network(*inputs(), image_latents()) - expected).abs().max()
    assert expected.std() > 0.1
    assert difference < LARGEST_DIFFERENCE


@torch.no_grad()
def test_a_network_with_the_original_depth_passes_the_same_check() -> None:
    torch.manual_seed(8)
    sizes = {"channels": 8, "multipliers": (1, 2, 4, 4), "layers": 2, "context": 16, "head": 4, "groups": 4}
    reference = ReferenceUNet(**sizes).eval()
    config = tiny_unet_config() | {"block_out_channels": (8, 16, 32, 32), "layers_per_block": 2}
    network: MotifUNet = MotifUNet(**config).eval()

    load_videocrafter_weights(checkpoint_of(reference), network, SOURCE)

    difference = (network(*inputs(), image_latents()) - reference(*inputs())).abs().max()
    assert difference < LARGEST_DIFFERENCE


@torch.no_grad()
def test_the_frame_rate_changes_the_output() -> None:
    network = tiny_unet()
    load_videocrafter_weights(checkpoint_of(reference_network()), network, SOURCE)
    latents, timesteps, text, fps = inputs()

    slow, fast = (network(latents, timesteps, text, rate, image_latents()) for rate in (fps, fps + 8))

    assert not torch.allclose(slow, fast)


def test_converting_in_both_directions_gives_the_same_file(tmp_path: Path) -> None:
    checkpoint, network = checkpoint_of(reference_network()), tiny_unet()
    load_videocrafter_weights(checkpoint, network, SOURCE)

    save_file(checkpoint, tmp_path / "before.safetensors")
    save_file(videocrafter_state_dict(network), tmp_path / "after.safetensors")

    assert (tmp_path / "before.safetensors").read_bytes() == (tmp_path / "after.safetensors").read_bytes()


def test_trained_image_channels_are_kept() -> None:
    network = tiny_unet()
    torch.nn.init.ones_(network.unet.conv_in.weight)

    back = tiny_unet(seed=1)
    load_videocrafter_weights(videocrafter_state_dict(network), back, SOURCE)

    assert all(torch.equal(a, b) for a, b in zip(network.parameters(), back.parameters(), strict=True))


def test_at_full_size_all_names_and_sizes_match_the_original() -> None:
    with torch.device("meta"):
        reference, network = ReferenceUNet(), MotifUNet()

    expected = {name: tensor.shape for name, tensor in checkpoint_of(reference).items()}
    own = network.state_dict()
    named = {theirs: own[ours].numel() for ours, theirs in videocrafter_names(network).items()}

    assert named.keys() == expected.keys()
    image_half = own["unet.conv_in.weight"].numel() // 2
    assert sum(named.values()) - image_half == sum(shape.numel() for shape in expected.values())
    assert round((sum(named.values()) - image_half) / 1e6, 2) == 1413.28


def test_missing_and_unexpected_tensors_are_reported_together() -> None:
    checkpoint = checkpoint_of(reference_network())
    checkpoint[PREFIX + "out.9.weight"] = checkpoint.pop(PREFIX + "out.2.weight")

    with pytest.raises(CheckpointError, match=r"1 missing \(.*\.out\.2\.weight\); 1 unexpected \(.*\.out\.9"):
        load_videocrafter_weights(checkpoint, tiny_unet(), SOURCE)


def test_a_tensor_of_another_shape_is_named() -> None:
    checkpoint = checkpoint_of(reference_network())
    checkpoint[PREFIX + "out.2.bias"] = torch.zeros(3)

    with pytest.raises(CheckpointError, match=r"conv_out\.bias has shape \(3,\); expected \(4,\)"):
        load_videocrafter_weights(checkpoint, tiny_unet(), SOURCE)


def test_tensors_of_other_networks_in_the_checkpoint_are_ignored() -> None:
    network = tiny_unet()
    checkpoint = checkpoint_of(reference_network()) | {
        "first_stage_model.encoder.conv_in.bias": torch.zeros(2)
    }

    load_videocrafter_weights(checkpoint, network, SOURCE)

    assert torch.equal(network.unet.conv_out.bias, checkpoint[PREFIX + "out.2.bias"])


def test_a_network_with_image_attention_cannot_be_converted_to_videocrafter2() -> None:
    with pytest.raises(CheckpointError, match="expected x-cat"):
        videocrafter_state_dict(tiny_unet(conditioning=Conditioning.BOTH))
