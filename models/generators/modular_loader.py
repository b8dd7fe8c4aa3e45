"""Loads a modular pipeline of diffusers from a local folder."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from torch import nn

from models.generators.base import CannotRun
from models.generators.modular_classes import format_problems, workflow_blocks
from models.generators.recipes import DiffusersRecipe

if TYPE_CHECKING:
    from diffusers.modular_pipelines.modular_pipeline import ModularPipeline
    from diffusers.modular_pipelines.modular_pipeline_utils import ComponentSpec

# GPU memory that the offload keeps free for activations: the value of diffusers' example for MiniMax-H3.
_RESERVED_MEMORY = "12GB"


def load_modular_pipeline(
    kind: "type[ModularPipeline]",
    recipe: DiffusersRecipe,
    folder: Path,
    *,
    own_components: Mapping[str, object],
    types: Mapping[str, torch.dtype],
) -> "ModularPipeline":
    """Load all components of a recipe's workflow from one folder; nothing is downloaded.

    The method `load_components` of diffusers continues if a component cannot be loaded, and loads components
    from the addresses in the index of the folder. This function does neither.

    Args:
        kind: class of the pipeline.
        recipe: the settings of the model.
        folder: folder with `modular_model_index.json` or `model_index.json`.
        own_components: components that were loaded from their own repositories.
        types: floating-point types of the networks by component name; `default` for all others.

    Raises:
        CannotRun: a component is missing, or the model cannot generate clips of the recipe's format.
        OSError: a file cannot be read.
        ValueError: a component cannot be loaded.
    """
    pipeline = kind(
        blocks=workflow_blocks(kind, recipe.workflow),
        pretrained_model_name_or_path=str(folder),
        local_files_only=True,
    )
    loaded = dict(own_components)
    for name in pipeline.pretrained_component_names:
        if name not in loaded:
            dtype = types.get(name, types["default"])
            loaded[name] = _load(recipe, pipeline.get_component_spec(name), folder, dtype)
    pipeline.update_components(**loaded)  # type: ignore[no-untyped-call]  # diffusers leaves it so
    if problems := format_problems(pipeline, recipe.native.to_format()):
        raise CannotRun(f"{recipe.name} cannot be loaded: {problems[0]}")
    return pipeline


def offload_to_cpu(pipeline: "ModularPipeline", device: str) -> None:
    """Keep the networks in the memory of the machine; move a network to the GPU when it runs."""
    from diffusers.modular_pipelines.components_manager import ComponentsManager

    manager = ComponentsManager()  # type: ignore[no-untyped-call]  # diffusers leaves it so
    for name, component in pipeline.components.items():
        if isinstance(component, nn.Module):
            manager.add(name, component)
    manager.enable_auto_cpu_offload(device=device, memory_reserve_margin=_RESERVED_MEMORY)


def _load(recipe: DiffusersRecipe, spec: "ComponentSpec", folder: Path, dtype: torch.dtype) -> object:
    # diffusers replaces the address in the index by the folder if the folder contains the component's files.
    if spec.pretrained_model_name_or_path != str(folder):
        raise CannotRun(
            f"{recipe.name} cannot be loaded from {folder}: the component {spec.name!r} is missing."
        )
    options: dict[str, object] = {"local_files_only": True}
    if spec.type_hint is None or issubclass(spec.type_hint, nn.Module):
        options |= {"dtype": dtype, "use_safetensors": True, "variant": recipe.variant or spec.variant}
    component: object = spec.load(**options)
    return component
