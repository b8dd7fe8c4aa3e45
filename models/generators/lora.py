"""Merges LoRAs into the networks of a pipeline. The merged pipeline needs no further package."""

from pathlib import Path
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from models.generators.base import CannotRun

if TYPE_CHECKING:
    from models.generators.diffusers_classes import Pipeline

_DOWN, _UP, _ALPHA = ".lora_A.weight", ".lora_B.weight", ".alpha"


def merge_lora(pipeline: "Pipeline", file: Path, scale: float) -> None:
    """Add the product of each pair of LoRA matrices to the weight of its layer.

    Args:
        pipeline: the loaded pipeline.
        file: safetensors file in diffusers' format, or in a format that the class of the pipeline converts.
        scale: factor of the sum.

    Raises:
        CannotRun: the file is not a LoRA of this pipeline: a layer is missing, or its shape does not fit the
            matrices.
    """
    state = _read(pipeline, file)
    layers = sorted(name.removesuffix(_DOWN) for name in state if name.endswith(_DOWN))
    unknown = sorted(
        name for name in state if not name.endswith((_DOWN, _UP, _ALPHA)) or _layer(name) not in layers
    )
    if unknown or not layers:
        example = f" such as {unknown[0]}" if unknown else ""
        raise CannotRun(
            f"{file.name} is not a LoRA that can be merged: it has {len(unknown)} other tensors{example}."
        )
    for name in layers:
        _merge(pipeline, name, state, scale, file)


def _read(pipeline: "Pipeline", file: Path) -> dict[str, Tensor]:
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        convert = getattr(pipeline, "lora_state_dict", None)
        if convert is None:
            return load_file(file)
        found: dict[str, Tensor] = convert(
            str(file.parent), weight_name=file.name, local_files_only=True, use_safetensors=True
        )
    except (OSError, ValueError, KeyError, SafetensorError) as error:
        raise CannotRun(f"The LoRA {file} cannot be read: {error}") from error
    return found


def _merge(pipeline: "Pipeline", name: str, state: dict[str, Tensor], scale: float, file: Path) -> None:
    down, up = state[name + _DOWN].float(), state.get(name + _UP)
    component, _, path = name.partition(".")
    network = getattr(pipeline, component, None)
    try:
        if up is None or not isinstance(network, nn.Module):
            raise AttributeError(name)
        weight = network.get_parameter(f"{path}.weight")
    except AttributeError as error:
        raise CannotRun(f"{file.name} does not fit this model: there is no layer {name}.") from error
    if up.flatten(1).shape[1] != len(down):
        raise CannotRun(
            f"{file.name} is damaged: the matrices of layer {name} have the shapes {tuple(down.shape)} and "
            f"{tuple(up.shape)}, which cannot be multiplied."
        )
    alpha = float(state[name + _ALPHA]) if name + _ALPHA in state else len(down)
    delta = up.float().flatten(1) @ down.flatten(1)
    if delta.numel() != weight.numel() or len(delta) != len(weight):
        raise CannotRun(
            f"{file.name} does not fit this model: layer {name} has the shape {tuple(weight.shape)}, but the "
            f"LoRA has the shape {tuple(delta.shape)}."
        )
    with torch.no_grad():
        change = (scale * alpha / len(down)) * delta.view(weight.shape)
        weight.copy_(weight.float() + change.to(weight.device))


def _layer(name: str) -> str:
    for suffix in (_DOWN, _UP, _ALPHA):
        name = name.removesuffix(suffix)
    return name
