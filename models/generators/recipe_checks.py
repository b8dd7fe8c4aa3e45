"""Checks an adapter for mistakes that can be found without its weights."""

from models.generators.base import CannotRun
from models.generators.hosted_tables import REQUEST_NAMES
from models.generators.machine import missing_package
from models.generators.official_defaults import official_problems
from models.generators.placeholders import CLIP_NAMES, RUN_NAMES, placeholders_in
from models.generators.recipes import AnyRecipe, HostedRecipe, SubprocessRecipe
from models.generators.script_copy import is_assignable

_UNIQUE_PER_CLIP = {"stem", "index", "index4"}


def recipe_problems(recipe: AnyRecipe) -> list[str]:
    """Return one sentence for each mistake in an adapter."""
    if isinstance(recipe, SubprocessRecipe):
        return _subprocess_problems(recipe)
    if isinstance(recipe, HostedRecipe):
        return _hosted_problems(recipe)
    missing = missing_package(("torch", "diffusers", "transformers"))
    if missing:
        return [f"{missing} is not installed, so the pipeline class cannot be checked; run: make worker"]
    from models.generators.diffusers_classes import call_problems

    problems = [
        f"components.files: {source} needs the same revision and files in all tables"
        for source in {each.source for each in recipe.all_weights}
        if len({(each.revision, each.files) for each in recipe.all_weights if each.source == source}) > 1
    ]
    try:
        return problems + call_problems(recipe) + official_problems(recipe)
    except CannotRun as error:
        return [str(error)]


def _hosted_problems(recipe: HostedRecipe) -> list[str]:
    used = placeholders_in(dict(recipe.submit.body))
    problems = _unknown("submit.body", used, REQUEST_NAMES)
    problems += _unknown("api.authorization", placeholders_in(recipe.api.authorization), {"key"})
    if "prompt" not in used:
        problems.append("submit.body: use {prompt}")
    if not used & {"image", "image_base64"}:
        problems.append("submit.body: use {image} or {image_base64}")
    if set(recipe.poll.running) & set(recipe.poll.done):
        problems.append("poll: a state cannot be both running and done")
    return problems


def _subprocess_problems(recipe: SubprocessRecipe) -> list[str]:
    staging = recipe.staging
    problems = [
        *_unknown("command", placeholders_in(list(recipe.command)), RUN_NAMES | CLIP_NAMES),
        *_unknown("staging.config", placeholders_in(dict(staging.config)), RUN_NAMES | CLIP_NAMES),
        *_unknown("output.pattern", placeholders_in(recipe.output.pattern), CLIP_NAMES),
        *_unknown("environment.steps", placeholders_in(list(recipe.environment.steps)), {"python"}),
        *_script_problems(recipe),
    ]
    if recipe.batch > 1:
        problems += _batch_problems(recipe)
    if _is_outside(recipe.output.pattern):
        problems.append("output.pattern: it must stay inside the work folder")
    if not all(weights.into for weights in recipe.weights):
        problems.append("weights.into: name the folder in the checkout for these weights")
    if bool(staging.config) != bool(staging.config_file):
        problems.append("staging: config and config_file must be set together")
    return problems + [
        f"staging.{name}: the command does not use it"
        for name in ("prompts_file", "config_file", "requests_file")
        if getattr(staging, name) and not _is_used(name, recipe)
    ]


def _script_problems(recipe: SubprocessRecipe) -> list[str]:
    """Check the table [script]. The source code of the script is checked later, when the checkout exists."""
    used = "script" in placeholders_in(list(recipe.command))
    if recipe.script is None:
        return ["command: {script} needs a table [script]"] if used else []
    settings = placeholders_in(dict(recipe.script.settings))
    problems = _unknown("script.settings", settings, RUN_NAMES | CLIP_NAMES)
    problems += [
        f"script.settings: {name} is not a valid assignment target in Python"
        for name in recipe.script.settings
        if not is_assignable(name)
    ]
    if not used:
        problems.append("script: the command does not use {script}, the patched copy")
    if _is_outside(recipe.script.path):
        problems.append("script.path: it must stay inside the checkout")
    return problems


def _batch_problems(recipe: SubprocessRecipe) -> list[str]:
    in_settings = placeholders_in(dict(recipe.script.settings)) if recipe.script else set()
    used = {"command": placeholders_in(list(recipe.command)), "script.settings": in_settings}
    problems = [
        f"{key}: {_listed(per_clip)} has one value per clip, but a run generates {recipe.batch} clips"
        for key, names in used.items()
        if (per_clip := names & (CLIP_NAMES - {"seed"}))
    ]
    if not placeholders_in(recipe.output.pattern) & _UNIQUE_PER_CLIP:
        problems.append(
            f"output.pattern: use one of {_listed(_UNIQUE_PER_CLIP)} to distinguish the clips of a run"
        )
    return problems


def _is_outside(path: str) -> bool:
    return path.startswith("/") or ".." in path.split("/")


def _is_used(name: str, recipe: SubprocessRecipe) -> bool:
    in_command = placeholders_in(list(recipe.command))
    # A program that gets the image folder can also read a prompts file in that folder.
    inside = str(getattr(recipe.staging, name)).startswith(f"{recipe.staging.inputs}/")
    return name in in_command or (inside and "inputs" in in_command)


def _unknown(key: str, found: set[str], known: frozenset[str] | set[str]) -> list[str]:
    return [
        f"{key}: unknown placeholder {{{name}}}; expected one of {_listed(known)}"
        for name in sorted(found - known)
    ]


def _listed(names: frozenset[str] | set[str]) -> str:
    return ", ".join(f"{{{name}}}" for name in sorted(names))
