"""Describes the modular pipelines of diffusers: their workflows, arguments, components and clip formats.

A modular pipeline is a sequence of blocks. A workflow, such as image-to-video, selects the blocks that run.
The blocks define the arguments of the call and the components of the pipeline.
"""

import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeGuard

from models.generators.base import CannotRun, NativeFormat
from models.generators.recipe_tables import FP8
from models.generators.recipes import DiffusersRecipe

if TYPE_CHECKING:
    from diffusers.modular_pipelines.modular_pipeline import ModularPipeline, ModularPipelineBlocks


def is_modular(kind: type) -> "TypeGuard[type[ModularPipeline]]":
    """Return whether a pipeline class is modular."""
    from diffusers.modular_pipelines.modular_pipeline import ModularPipeline

    return issubclass(kind, ModularPipeline)


def workflow_blocks(kind: "type[ModularPipeline]", workflow: str) -> "ModularPipelineBlocks":
    """Return the blocks that a workflow of a pipeline class runs.

    Raises:
        CannotRun: the class has no blocks of its own, or does not have the workflow. If a class has several
            workflows, an empty name is an error, because all blocks would load more weights than needed.
    """
    import diffusers

    name = str(getattr(kind, "default_blocks_name", None) or "")
    own = getattr(sys.modules[kind.__module__], name, None) or getattr(diffusers, name, None)
    if own is None:
        raise CannotRun(f"pipeline: {kind.__name__} has no blocks of its own; name a class that has.")
    blocks: ModularPipelineBlocks = own()
    known = list(getattr(blocks, "_workflow_map", None) or {})
    if workflow in known:
        selected: ModularPipelineBlocks = blocks.get_workflow(workflow)
        return selected
    if not known and not workflow:
        return blocks
    names = f"one of {', '.join(known)}" if known else "no workflow"
    raise CannotRun(f"workflow: {kind.__name__} has no workflow {workflow!r}; expected {names}")


def input_defaults(blocks: "ModularPipelineBlocks") -> Mapping[str, object]:
    """Return the arguments that a call can pass to blocks, and the defaults of these arguments."""
    return {each.name: each.default for each in blocks.inputs if each.name}


def modular_problems(recipe: DiffusersRecipe, kind: type) -> list[str]:
    """Return one sentence for each setting of a recipe that its pipeline class does not support."""
    if not is_modular(kind):
        keys = {"workflow": recipe.workflow, "guider": recipe.guider}
        return [f"{key}: {recipe.pipeline} is not a modular pipeline" for key, value in keys.items() if value]
    problems = []
    if recipe.gpus > 1:
        problems.append("gpus: a modular pipeline runs on one GPU")
    if recipe.quantization and recipe.quantization.backend != FP8:
        problems.append(f"quantization.backend: a modular pipeline supports only {FP8}")
    pipeline = kind(blocks=workflow_blocks(kind, recipe.workflow))
    if recipe.guider and "guider" not in pipeline.component_names:
        problems.append(f"guider: {recipe.pipeline} has no guider")
    return problems + format_problems(pipeline, recipe.native.to_format())


def format_problems(pipeline: Any, native: NativeFormat) -> list[str]:
    """Check a clip format against the rules of a pipeline; return one sentence for each violated rule.

    Some modular pipelines publish their rules as properties. Without this check, a pipeline may generate a
    clip of another length, which would be refused only after the whole computation.
    """
    problems = []
    multiple = getattr(pipeline, "canvas_multiple", 1)
    if native.width % multiple or native.height % multiple:
        problems.append(f"native: width and height must be multiples of {multiple}")
    rate = getattr(pipeline, "fps", native.fps)
    if native.fps != rate:
        problems.append(f"native.fps: the model generates {rate} frames per second only")
    chunk, rest = getattr(pipeline, "vae_frames_per_chunk", 1), getattr(pipeline, "vae_latents_per_chunk", 0)
    if native.frames % chunk != rest % chunk:
        problems.append(f"native.frames: the number of frames must be {chunk} * n + {rest}")
    shortest, longest = getattr(pipeline, "min_duration", 0), getattr(pipeline, "max_duration", float("inf"))
    if not shortest <= native.frames / rate <= longest:
        problems.append(f"native.frames: a clip must last from {shortest:g} s to {longest:g} s")
    return problems
