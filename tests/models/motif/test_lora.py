"""LoRA weights in the pipeline, at toy size."""

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from diffusers.utils.state_dict_utils import convert_state_dict_to_diffusers
from peft import LoraConfig
from peft.utils import get_peft_model_state_dict
from safetensors.torch import save_file
from torch import Tensor

from models.motif.pipeline import MotifImageToVideoPipeline
from tests.models.motif.tiny import latents_of, toy_pipeline

LAYER = "unet.mid_block.attentions.0.transformer_blocks.0.attn1.to_q"  # (16, 16)


def lora(layer: str = LAYER, *, rows: int = 16, columns: int = 16, rank: int = 2) -> dict[str, Tensor]:
    """Return LoRA weights of one layer of the toy network, as diffusers stores them."""
    generator = torch.Generator().manual_seed(0)
    return {
        f"unet.{layer}.lora_A.weight": torch.randn(rank, columns, generator=generator),
        f"unet.{layer}.lora_B.weight": torch.randn(rows, rank, generator=generator),
    }


@pytest.fixture
def pipeline() -> MotifImageToVideoPipeline:
    return toy_pipeline()


def with_added_weights(weights: dict[str, Tensor], scale: float = 1.0) -> MotifImageToVideoPipeline:
    """Return the toy pipeline with scale * B A added to the layer's weight."""
    down, up = weights.values()
    pipeline = toy_pipeline()
    with torch.no_grad():
        pipeline.unet.get_submodule(LAYER).weight += scale * up @ down
    return pipeline


def test_a_stored_lora_adds_its_product_to_the_weight(
    pipeline: MotifImageToVideoPipeline, tmp_path: Path
) -> None:
    save_file(lora(), tmp_path / "lora.safetensors", metadata={"format": "pt"})
    plain = latents_of(pipeline)

    pipeline.load_lora_weights(tmp_path, weight_name="lora.safetensors", adapter_name="style")

    expected = latents_of(with_added_weights(lora()))
    assert (expected - plain).abs().max() > 1e-3
    assert torch.allclose(latents_of(pipeline), expected, atol=1e-4)
    pipeline.set_adapters("style", 0.5)
    assert torch.allclose(latents_of(pipeline), latents_of(with_added_weights(lora(), 0.5)), atol=1e-4)
    pipeline.unload_lora_weights()
    unloaded = pipeline.unet.state_dict()
    assert all(torch.equal(unloaded[name], each) for name, each in toy_pipeline().unet.state_dict().items())


def test_a_lora_can_be_merged_into_the_weights(pipeline: MotifImageToVideoPipeline) -> None:
    pipeline.load_lora_weights(lora())

    pipeline.fuse_lora(components=["unet"])
    pipeline.unload_lora_weights()

    assert torch.allclose(latents_of(pipeline), latents_of(with_added_weights(lora())), atol=1e-4)


# The names in files of peft, and the names in files of older training scripts of diffusers.
@pytest.mark.parametrize("rename", [dict, convert_state_dict_to_diffusers])
def test_a_lora_saved_after_training_with_peft_can_be_loaded(
    pipeline: MotifImageToVideoPipeline,
    rename: Callable[[dict[str, Tensor]], dict[str, Tensor]],
    tmp_path: Path,
) -> None:
    trained = toy_pipeline()
    targets = ["to_q", "to_v"] + (["conv_in", "proj_in"] if rename is dict else [])
    with torch.random.fork_rng():
        torch.manual_seed(3)
        trained.unet.add_adapter(
            LoraConfig(r=2, lora_alpha=2, init_lora_weights=False, target_modules=targets)
        )
    layers = rename(get_peft_model_state_dict(trained.unet))
    MotifImageToVideoPipeline.save_lora_weights(tmp_path, unet_lora_layers=layers)

    pipeline.load_lora_weights(tmp_path)

    output = latents_of(pipeline)
    assert torch.equal(output, latents_of(trained))
    assert (output - latents_of(toy_pipeline())).abs().max() > 1e-3


def missing_half() -> dict[str, Tensor]:
    return {name: tensor for name, tensor in lora().items() if "lora_A" in name}


@pytest.mark.parametrize(
    ("weights", "sentence"),
    [
        (lora(columns=32), r"lora_A \(2, 32\) and lora_B \(16, 2\), which do not fit .* weight \(16, 16\)"),
        (
            lora(rows=8),
            r"lora_B \(8, 2\), which do not fit the layer's weight \(16, 16\); the LoRA belongs to",
        ),
        (lora("unet.mid_block.nowhere"), "layer unet.mid_block.nowhere, which the network does not have"),
        (missing_half(), "has no lora_B; expected lora_A and lora_B"),
        ({"text_encoder.q.lora_A.weight": torch.zeros(2, 2)}, "the tensor text_encoder.q.* start with unet"),
        ({}, "the LoRA has no tensors; expected names that start with unet"),
    ],
)
def test_a_lora_of_another_network_is_refused_and_changes_nothing(
    pipeline: MotifImageToVideoPipeline, weights: dict[str, Tensor], sentence: str
) -> None:
    names = list(pipeline.unet.state_dict())

    with pytest.raises(ValueError, match=sentence):
        pipeline.load_lora_weights(weights)

    assert list(pipeline.unet.state_dict()) == names
