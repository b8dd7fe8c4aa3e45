"""Loads LoRA weights into the network of a pipeline, after a check that all weights fit.

For weights of unknown layers, the package peft only prints a warning and ignores the weights. If a shape
differs, peft fails in the middle of loading. Source of the method: E. J. Hu et al. (2021), LoRA,
arXiv:2106.09685.
"""

import os
from collections.abc import Mapping

from diffusers.loaders.lora_pipeline import StableDiffusionLoraLoaderMixin
from diffusers.utils.state_dict_utils import convert_unet_state_dict_to_peft
from torch import Tensor, nn

_DOWN, _UP = ".lora_A.weight", ".lora_B.weight"

LoraSource = str | os.PathLike[str] | dict[str, Tensor]


class MotifLoraMixin(StableDiffusionLoraLoaderMixin):
    """Adds diffusers' methods for LoRA to a pipeline; these methods need the package peft.

    A LoRA file has the names that `save_lora_weights` writes: `unet.LAYER.lora_A.weight` and
    `unet.LAYER.lora_B.weight`. LAYER is the name of a layer of `MotifUNet`.
    """

    _lora_loadable_modules = ["unet"]  # noqa: RUF012  # diffusers wants a list
    unet: nn.Module

    def load_lora_weights(  # type: ignore[override]  # as in the superclass
        self,
        pretrained_model_name_or_path_or_dict: LoraSource,
        adapter_name: str | None = None,
        hotswap: bool = False,
        **options: object,
    ) -> None:
        """Load LoRA weights as an adapter; see the method of the same name in diffusers.

        Raises:
            ValueError: a layer is unknown, lacks one of its two matrices or has a shape that does not fit the
                network, or the package peft is not installed. The network is unchanged.
        """
        source = pretrained_model_name_or_path_or_dict
        if not isinstance(source, dict):
            source = str(source)
        state = self.lora_state_dict(source, **options)[0]
        check_lora(state, self.unet)
        super().load_lora_weights(source, adapter_name, hotswap, **options)


def check_lora(state: Mapping[str, Tensor], unet: nn.Module) -> None:
    """Check that LoRA weights fit a network.

    Args:
        state: the weights. The names start with `unet.`, as in diffusers.
        unet: the network.

    Raises:
        ValueError: a layer is unknown, lacks one of its two matrices or has a shape that does not fit the
            network.
    """
    prefix = "unet."
    foreign = sorted(name for name in state if not name.startswith(prefix))
    if foreign or not state:
        found = f"the tensor {foreign[0]}" if foreign else "no tensors"
        raise ValueError(f"the LoRA has {found}; expected names that start with {prefix}")
    tensors = {name.removeprefix(prefix): tensor for name, tensor in state.items()}
    if not any(name.endswith(_DOWN) for name in tensors):
        tensors = convert_unet_state_dict_to_peft(tensors)  # type: ignore[no-untyped-call]
    layers = {name.removesuffix(_DOWN).removesuffix(_UP) for name in tensors if not name.endswith(".alpha")}
    modules = {name.replace(".base_layer", ""): module for name, module in unet.named_modules()}
    for layer in sorted(layers):
        weight = getattr(modules.get(layer), "weight", None)
        if not isinstance(weight, Tensor):
            raise ValueError(f"the LoRA has the layer {layer}, which the network does not have")
        _check_matrices(layer, weight, tensors.get(layer + _DOWN), tensors.get(layer + _UP))


def _check_matrices(layer: str, weight: Tensor, down: Tensor | None, up: Tensor | None) -> None:
    if down is None or up is None:
        missing = "lora_A" if down is None else "lora_B"
        raise ValueError(f"the LoRA of the layer {layer} has no {missing}; expected lora_A and lora_B")
    fits = down.shape[1:] == weight.shape[1:] and up.shape[0] == weight.shape[0]
    if not fits or down.shape[0] != up.shape[1]:
        raise ValueError(
            f"the LoRA of the layer {layer} has lora_A {tuple(down.shape)} and lora_B {tuple(up.shape)}, "
            f"which do not fit the layer's weight {tuple(weight.shape)}; the LoRA belongs to another network"
        )
