"""Looks for what is wrong with an adapter, as far as that can be told without its weights."""

from models.generators.base import CannotRun
from models.generators.machine import missing_package
from models.generators.placeholders import CLIP_NAMES, RUN_NAMES, names_in
from models.generators.recipes import DiffusersRecipe, SubprocessRecipe
from models.generators.script_copy import is_target

_TELLS_CLIPS_APART = {"stem", "index", "index4"}


def recipe_problems(recipe: DiffusersRecipe | SubprocessRecipe) -> list[str]:
    """Return a sentence for everything that is wrong."""
    if isinstance(recipe, SubprocessRecipe):
        return _subprocess_problems(recipe)
    missing = missing_package(("torch", "diffusers", "transformers"))
    if missing:
        return [f"{missing} is not installed, so the class cannot be looked at; run: make worker"]
    from models.generators.diffusers_classes import call_problems

    try:
        return call_problems(recipe)
    except CannotRun as error:
        return [str(error)]


def _subprocess_problems(recipe: SubprocessRecipe) -> list[str]:
    staging = recipe.staging
    problems = [
        *_unknown("command", names_in(list(recipe.command)), RUN_NAMES | CLIP_NAMES),
        *_unknown("staging.config", names_in(dict(staging.config)), RUN_NAMES | CLIP_NAMES),
        *_unknown("output.pattern", names_in(recipe.output.pattern), CLIP_NAMES),
        *_unknown("environment.steps", names_in(list(recipe.environment.steps)), {"python"}),
        *_script_problems(recipe),
    ]
    if recipe.batch > 1:
        problems += _batch_problems(recipe)
    if _leads_out(recipe.output.pattern):
        problems.append("output.pattern: it leads out of the work folder")
    if not all(weights.into for weights in recipe.weights):
        problems.append("weights.into: it must say where in the checkout they belong")
    if bool(staging.config) != bool(staging.config_file):
        problems.append("staging: config and config_file belong together")
    return problems + [
        f"staging.{name}: the command never names it"
        for name in ("prompts_file", "config_file", "requests_file")
        if getattr(staging, name) and not _is_read(name, recipe)
    ]


def _script_problems(recipe: SubprocessRecipe) -> list[str]:
    """The script itself is only in a checkout; that it has these settings is seen where there is one."""
    named = "script" in names_in(list(recipe.command))
    if recipe.script is None:
        return ["command: {script} needs a table [script]"] if named else []
    problems = _unknown("script.settings", names_in(dict(recipe.script.settings)), RUN_NAMES | CLIP_NAMES)
    problems += [
        f"script.settings: {name} is nothing that Python assigns to"
        for name in recipe.script.settings
        if not is_target(name)
    ]
    if not named:
        problems.append("script: the command never names {script}, its changed copy")
    if _leads_out(recipe.script.path):
        problems.append("script.path: it leads out of the checkout")
    return problems


def _batch_problems(recipe: SubprocessRecipe) -> list[str]:
    in_settings = names_in(dict(recipe.script.settings)) if recipe.script else set()
    given = {"command": names_in(list(recipe.command)), "script.settings": in_settings}
    problems = [
        f"{place}: {_listed(several)} is one clip's, but a run makes {recipe.batch}"
        for place, names in given.items()
        if (several := names & (CLIP_NAMES - {"seed"}))
    ]
    if not names_in(recipe.output.pattern) & _TELLS_CLIPS_APART:
        problems.append(f"output.pattern: {_listed(_TELLS_CLIPS_APART)} must tell the clips of a run apart")
    return problems


def _leads_out(path: str) -> bool:
    return path.startswith("/") or ".." in path.split("/")


def _is_read(name: str, recipe: SubprocessRecipe) -> bool:
    in_command = names_in(list(recipe.command))
    # A prompts file among the images is found by the folder's name.
    inside = str(getattr(recipe.staging, name)).startswith(f"{recipe.staging.inputs}/")
    return name in in_command or (inside and "inputs" in in_command)


def _unknown(place: str, found: set[str], known: frozenset[str] | set[str]) -> list[str]:
    return [
        f"{place}: there is no placeholder {{{name}}}; there are {_listed(known)}"
        for name in sorted(found - known)
    ]


def _listed(names: frozenset[str] | set[str]) -> str:
    return ", ".join(f"{{{name}}}" for name in sorted(names))
