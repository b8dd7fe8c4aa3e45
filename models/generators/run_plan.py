"""Describes a GPU run of a model; the description needs neither the weights nor a GPU."""

from collections.abc import Iterator

from benchmark.plurals import counted
from models.generators.hub import cached_snapshot
from models.generators.machine import gpus
from models.generators.official_defaults import argument_lines
from models.generators.recipe_weights import Weights
from models.generators.recipes import AnyRecipe, DiffusersRecipe, HostedRecipe, SubprocessRecipe
from models.generators.revisions import pinned_revision


def run_plan(recipe: AnyRecipe) -> Iterator[str]:
    """Yield lines about the files, memory, time and arguments of a run."""
    native = recipe.native.to_format()
    yield f"{recipe.name}: {recipe.title}"
    yield f"Clip: {native}, {native.frames / float(native.fps):.1f} s"
    if isinstance(recipe, HostedRecipe):
        yield from _hosted_lines(recipe)
        return
    yield from _program_lines(recipe)
    weights = recipe.all_weights if isinstance(recipe, DiffusersRecipe) else recipe.weights
    yield f"Files: {counted(len(weights), 'download')}, {sum(each.gb for each in weights):g} GB"
    yield from (f"  {_weights_line(each, recipe)}" for each in weights)
    yield from _memory_lines(recipe)
    yield from _time_lines(recipe)
    if isinstance(recipe, DiffusersRecipe):
        yield "Arguments, with the source of the official default:"
    else:
        yield "Arguments besides the command (docs/generators.md has their sources):"
    yield from (f"  {line}" for line in argument_lines(recipe))


def _hosted_lines(recipe: HostedRecipe) -> Iterator[str]:
    price, api = recipe.price, recipe.api
    yield f"Service: POST {api.base}{recipe.submit.path}, with the key in {api.key_variable}"
    yield f"Terms: {api.terms or 'not stated'}"
    cost = f"{price.per_clip:g} {price.currency} per clip, {price.per_clip * 320:g} for 320 clips"
    yield f"Cost: {cost} ({price.source})"
    yield f"Time limit: {recipe.limits.clip_s:g} s per clip; {counted(recipe.batch, 'clip')} at once"
    yield "Arguments:"
    yield from (f"  {line}" for line in argument_lines(recipe))


def _program_lines(recipe: DiffusersRecipe | SubprocessRecipe) -> Iterator[str]:
    if isinstance(recipe, SubprocessRecipe):
        yield f"Program: {recipe.repository.url} at {recipe.repository.commit}"
        yield f"Environment: Python {recipe.environment.python}"
        yield f"Command: {' '.join(recipe.command)}"
        return
    workflow = f", workflow {recipe.workflow}" if recipe.workflow else ""
    yield f"Pipeline: {recipe.pipeline}{workflow}, {recipe.dtype.value}" + "".join(
        f", {name} in {each.value}" for name, each in recipe.dtypes.items()
    )
    if recipe.quantization is not None:
        yield f"Quantisation: {', '.join(recipe.quantization.components)} with {recipe.quantization.backend}"


def _weights_line(weights: Weights, recipe: DiffusersRecipe | SubprocessRecipe) -> str:
    revision = pinned_revision(weights)
    parts = [f"{weights.source} {revision or 'newest commit (no commit is pinned)'}", f"{weights.gb:g} GB"]
    parts += [", ".join(weights.files)] if weights.files else []
    if isinstance(recipe, DiffusersRecipe):
        parts.append("downloaded" if cached_snapshot(weights) else "not downloaded")
    return "; ".join(parts)


def _memory_lines(recipe: DiffusersRecipe | SubprocessRecipe) -> Iterator[str]:
    found = ", ".join(f"{gpu.name} with {gpu.gib:.0f} GiB" for gpu in gpus()) or "no GPU"
    count = recipe.gpus if isinstance(recipe, DiffusersRecipe) else 1
    needed = f"{count} GPUs" if count > 1 else "a GPU"
    yield f"Memory: {needed} with {recipe.gpu_gib:g} GiB (estimate); this machine has {found}"
    if isinstance(recipe, DiffusersRecipe) and recipe.offload_below_gib and count == 1:
        yield (
            f"  Below {recipe.offload_below_gib:g} GiB, only the active component is on the GPU; the other "
            "components wait in the memory of the machine."
        )


def _time_lines(recipe: DiffusersRecipe | SubprocessRecipe) -> Iterator[str]:
    if isinstance(recipe, SubprocessRecipe):
        limits = recipe.limits
        yield f"Time limit: {limits.load_s:g} s to load and {limits.clip_s:g} s per clip"
        return
    steps = recipe.call.get("num_inference_steps")
    yield f"Time: not measured on a GPU; {steps if steps is not None else 'unknown'} sampling steps per clip"
