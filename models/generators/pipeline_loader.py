"""Loads a diffusers pipeline as its recipe describes: components, scheduler, LoRAs, number types, devices."""

import inspect
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from diffusers.modular_pipelines.modular_pipeline import ModularPipeline

from models.generators.base import CannotRun
from models.generators.diffusers_classes import (
    call_problems,
    component_class,
    guider_class,
    pipeline_class,
    scheduler_class,
)
from models.generators.enums import DType
from models.generators.lora import merge_lora
from models.generators.modular_loader import load_modular_pipeline, offload_to_cpu
from models.generators.out_of_memory import gpu_gib
from models.generators.recipe_tables import FP8, Guider, Scheduler
from models.generators.recipes import DiffusersRecipe

if TYPE_CHECKING:
    from models.generators.diffusers_classes import Pipeline

_DENOISERS = ("unet", "transformer", "transformer_2")

TORCH_TYPES = {
    DType.FLOAT32: torch.float32,
    DType.FLOAT16: torch.float16,
    DType.BFLOAT16: torch.bfloat16,
}


def load_pipeline(
    recipe: DiffusersRecipe, folder: Path, parts: Mapping[str, Path], *, device: str, dtype: DType
) -> "Pipeline":
    """Load a pipeline from local folders; nothing is downloaded.

    Args:
        recipe: the settings of the model, from the adapter's TOML file.
        folder: folder of the pipeline.
        parts: local folders of the components and LoRAs that have their own repository, keyed by the
            repository's name.
        device: device of the networks.
        dtype: floating-point type of the networks.

    Raises:
        CannotRun: a file, a class or a GPU is missing, a setting of the recipe is wrong, or a LoRA does not
            fit.
    """
    is_on_gpu = device.startswith("cuda")
    if is_on_gpu and torch.cuda.device_count() < recipe.gpus:
        raise CannotRun(
            f"{recipe.name} needs {recipe.gpus} GPUs; this process sees {torch.cuda.device_count()}."
        )
    types: dict[str, torch.dtype] = {"default": TORCH_TYPES[dtype]}
    if dtype is not DType.FLOAT32:
        types |= {name: TORCH_TYPES[each] for name, each in recipe.dtypes.items()}
    # Wrong arguments would fail only after the weights are loaded; modular pipelines ignore them.
    if problems := call_problems(recipe):
        raise CannotRun(f"{recipe.name} cannot be loaded: {problems[0]}")
    kind = pipeline_class(recipe.pipeline)
    pipeline: Pipeline
    try:
        own = _components(recipe, parts, types)
        if issubclass(kind, ModularPipeline):
            pipeline = load_modular_pipeline(kind, recipe, folder, own_components=own, types=types)
        else:
            pipeline = kind.from_pretrained(
                str(folder),
                dtype=types,
                variant=recipe.variant,
                use_safetensors=True,
                local_files_only=True,
                **own,
                **(_gpu_options(recipe) if is_on_gpu else {}),
            )
    except (OSError, ImportError, ValueError) as error:  # missing tensors raise ValueError
        raise CannotRun(f"{recipe.name} cannot be loaded from {folder}: {error}") from error
    replace_components(pipeline, recipe)
    for lora in recipe.loras:
        merge_lora(pipeline, parts[lora.source] / lora.file, lora.scale)
    return pipeline


def replace_components(pipeline: "Pipeline", recipe: DiffusersRecipe) -> None:
    """Replace the scheduler and the guider of a pipeline, if the recipe has a table for them.

    Raises:
        CannotRun: the class does not exist, or does not have a setting of the recipe.
    """
    if recipe.scheduler is not None:
        _replace(pipeline, "scheduler", recipe.scheduler, scheduler_class)
    if recipe.guider is not None:
        _replace(pipeline, "guider", recipe.guider, guider_class)


def _replace(
    pipeline: "Pipeline", component: str, table: Scheduler | Guider, find_class: Callable[[str], Any]
) -> None:
    current = getattr(pipeline, component)
    name = table.name or type(current).__name__
    kind = find_class(name)
    unknown = sorted(set(table.settings) - set(inspect.signature(kind.__init__).parameters))
    if unknown:
        raise CannotRun(f"The {component} cannot be replaced: {name} has no setting {unknown[0]!r}.")
    setattr(pipeline, component, kind.from_config(current.config, **table.settings))


def move_to_device(pipeline: "Pipeline", recipe: DiffusersRecipe, device: str) -> None:
    """Move a pipeline to a device; apply tiling, CPU offload and compilation as the recipe requests."""
    if recipe.tiling:
        pipeline.vae.enable_tiling()
    if not device.startswith("cuda"):
        pipeline.to(device)
        return
    if recipe.quantization and recipe.quantization.backend == FP8:
        store_as_fp8(pipeline, recipe)
    if recipe.gpus > 1:
        pass  # from_pretrained has distributed the components
    elif gpu_gib(device) < recipe.offload_below_gib:
        if isinstance(pipeline, ModularPipeline):
            offload_to_cpu(pipeline, device)
        else:
            pipeline.enable_model_cpu_offload(device=device)
    else:
        pipeline.to(device)
    if recipe.compile:
        for name in _DENOISERS:
            denoiser = getattr(pipeline, name, None)
            if denoiser is not None:
                denoiser.compile()


def store_as_fp8(pipeline: "Pipeline", recipe: DiffusersRecipe) -> None:
    """Convert the weights of the recipe's components to 8 bits; layers compute in the native type."""
    assert recipe.quantization is not None
    for name in recipe.quantization.components:
        network = getattr(pipeline, name)
        network.enable_layerwise_casting(storage_dtype=torch.float8_e4m3fn, compute_dtype=network.dtype)


def _components(
    recipe: DiffusersRecipe, parts: Mapping[str, Path], types: Mapping[str, torch.dtype]
) -> dict[str, object]:
    loaded: dict[str, object] = {}
    for each in recipe.components:
        kind = component_class(each.kind)
        folder = str(parts[each.source] / each.subfolder)
        if hasattr(kind, "forward"):
            loaded[each.component] = kind.from_pretrained(
                folder,
                dtype=types.get(each.component, types["default"]),
                use_safetensors=True,
                local_files_only=True,
            )
        else:
            loaded[each.component] = kind.from_pretrained(folder, local_files_only=True)
    return loaded


def _gpu_options(recipe: DiffusersRecipe) -> dict[str, object]:
    options: dict[str, object] = {}
    if recipe.gpus > 1:
        options["device_map"] = "balanced"
    if recipe.quantization and recipe.quantization.backend != FP8:
        from diffusers.quantizers.pipe_quant_config import PipelineQuantizationConfig

        options["quantization_config"] = PipelineQuantizationConfig(
            quant_backend=recipe.quantization.backend,
            quant_kwargs=dict(recipe.quantization.settings),
            components_to_quantize=list(recipe.quantization.components),
        )
    return options
