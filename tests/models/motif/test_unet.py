"""The denoising network at toy size."""

from pathlib import Path

import pytest
import torch
from torch import Tensor

from models.motif.conditioning import Conditioning
from models.motif.unet import MotifUNet
from tests.models.motif.tiny import tiny_unet, tiny_unet_config

Inputs = dict[str, Tensor]


def inputs(conditioning: str = "x-cat", *, frames: int = 4) -> Inputs:
    """Return random inputs of two clips for a toy network."""
    rng = torch.Generator().manual_seed(3)
    given = {
        "sample": torch.randn(2, 4, frames, 8, 8, generator=rng),
        "timestep": torch.tensor([1, 901]),
        "text": torch.randn(2, 7, 16, generator=rng),
        "fps": torch.tensor([8, 24]),
    }
    if Conditioning(conditioning).concatenates:
        given["image_latents"] = torch.randn(2, 4, 8, 8, generator=rng)
    if Conditioning(conditioning).attends:
        given["image_tokens"] = torch.randn(2, 5, 16, generator=rng)
    return given


@torch.no_grad()
def test_the_output_does_not_depend_on_the_rest_of_the_batch() -> None:
    given = inputs(frames=6)

    alone = tiny_unet()(**{name: value[:1] for name, value in given.items()})

    assert alone.shape == (1, 4, 6, 8, 8)
    assert torch.allclose(alone, tiny_unet()(**given)[:1], atol=1e-5)


@torch.no_grad()
@pytest.mark.parametrize(
    ("conditioning", "name"),
    [("x-cat", "image_latents"), ("cx-attn", "image_tokens"), ("both", "image_tokens")],
)
def test_the_output_of_a_trained_network_depends_on_the_image(conditioning: str, name: str) -> None:
    network = tiny_unet(conditioning=conditioning)
    for parameter in network.parameters():
        parameter.add_(0.05 * torch.randn(parameter.shape, generator=torch.Generator().manual_seed(9)))
    given = inputs(conditioning)

    other = {**given, name: given[name].flip(0)}

    assert not torch.allclose(network(**given), network(**other), atol=1e-4)


@pytest.mark.parametrize("conditioning", list(Conditioning))
def test_gradient_checkpointing_does_not_change_gradients(conditioning: Conditioning) -> None:
    plain, saving = (tiny_unet(conditioning=conditioning) for _ in range(2))
    saving.enable_gradient_checkpointing()

    for network in (plain, saving):
        network(**inputs(conditioning)).square().mean().backward()

    gradients = [[p.grad for p in network.parameters()] for network in (plain, saving)]
    assert any(gradient is not None and gradient.abs().max() > 0 for gradient in gradients[0])
    for one, other in zip(*gradients, strict=True):
        assert (one is None and other is None) or torch.equal(one, other)


def test_gradient_checkpointing_stores_less_for_the_backward_pass() -> None:
    kept: dict[bool, int] = {}
    for saving in (False, True):
        network = tiny_unet()
        if saving:
            network.enable_gradient_checkpointing()
        bytes_kept = 0

        def count(tensor: Tensor) -> Tensor:
            nonlocal bytes_kept
            bytes_kept += tensor.nbytes
            return tensor

        with torch.autograd.graph.saved_tensors_hooks(count, lambda tensor: tensor):
            network(**inputs())
        kept[saving] = bytes_kept

    assert kept[True] < kept[False] / 3


@torch.no_grad()
@pytest.mark.parametrize("conditioning", list(Conditioning))
def test_saving_and_loading_is_lossless(conditioning: Conditioning, tmp_path: Path) -> None:
    network = tiny_unet(conditioning=conditioning)
    network.save_pretrained(tmp_path)

    loaded = MotifUNet.from_pretrained(tmp_path)

    assert [path.name for path in sorted(tmp_path.iterdir())] == [
        "config.json",
        "diffusion_pytorch_model.safetensors",
    ]
    assert torch.equal(loaded(**inputs(conditioning)), network(**inputs(conditioning)))


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"conditioning": "x-dog"}, "unknown conditioning 'x-dog'; expected one of x-cat, cx-attn, both"),
        ({"norm_num_groups": 3}, "block_out_channels has 8, which is not divisible by norm_num_groups 3"),
        ({"attention_head_dim": 5}, "has 8, which is not divisible by attention_head_dim 5"),
    ],
)
def test_an_invalid_config_is_refused(change: dict[str, object], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        MotifUNet(**{**tiny_unet_config(), **change})


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("sample", torch.zeros(2, 3, 4, 8, 8), r"sample has shape \(2, 3, 4, 8, 8\); expected \(batch, 4,"),
        ("sample", torch.zeros(2, 4, 4, 7, 8), "the latents are 7x8; expected height and width in multiples"),
        ("timestep", torch.tensor(5), r"timestep has shape \(\); expected \(2,\)"),
        ("fps", torch.tensor([8.0]), r"fps has shape \(1,\); expected \(2,\)"),
        ("text", torch.zeros(1, 7, 16), r"text has shape \(1, 7, 16\); expected \(2, 7, 16\)"),
        ("text", torch.zeros(16), r"text has shape \(16,\); expected \(2, 16\)"),
        ("image_latents", None, r"image_latents has shape None; expected \(2, 4, 8, 8\)"),
        ("image_tokens", torch.zeros(2, 5, 16), r"image_tokens has shape \(2, 5, 16\); expected None"),
    ],
)
def test_an_input_that_would_only_broadcast_is_refused(
    name: str, value: Tensor | None, sentence: str
) -> None:
    with pytest.raises(ValueError, match=sentence):
        tiny_unet()(**{**inputs(), name: value})
