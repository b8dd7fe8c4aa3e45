"""Finds the classes that adapters name: pipelines, schedulers and components."""

import importlib
import inspect
import re
from collections.abc import Callable, Collection, Mapping
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from models.generators.base import CannotRun
from models.generators.modular_classes import input_defaults, is_modular, modular_problems, workflow_blocks
from models.generators.quotes import read_quote
from models.generators.recipe_tables import Guider, Scheduler
from models.generators.recipes import DiffusersRecipe

if TYPE_CHECKING:
    from diffusers.modular_pipelines.modular_pipeline import ModularPipeline
    from diffusers.pipelines.pipeline_utils import DiffusionPipeline

    Pipeline = DiffusionPipeline | ModularPipeline

MOTIF = "MotifImageToVideoPipeline"
STANDARD_ARGUMENTS = ("image", "prompt", "height", "width", "num_frames", "generator")
PROMPTS = ("negative_prompt", "negative_prompt_2")
_INSTALLED = re.compile(r"^([A-Za-z_][\w.]*):([A-Za-z_]\w*)$")


def pipeline_class(name: str) -> "type[Pipeline]":
    """Return a pipeline class of diffusers, of MotiF or of another installed package (`module:Class`).

    Raises:
        CannotRun: there is no such class, or the class is not a diffusers pipeline.
    """
    from diffusers.modular_pipelines.modular_pipeline import ModularPipeline
    from diffusers.pipelines.pipeline_utils import DiffusionPipeline

    if name == MOTIF:
        from models.motif.pipeline import MotifImageToVideoPipeline

        return MotifImageToVideoPipeline
    found = _installed_class(name) if ":" in name else _diffusers_class(name)
    if not (isinstance(found, type) and issubclass(found, DiffusionPipeline | ModularPipeline)):
        raise CannotRun(f"{name} is not a pipeline class of diffusers.{_hint(name, 'Pipeline')}")
    return found


def scheduler_class(name: str) -> Any:
    """Return a scheduler class of diffusers.

    Raises:
        CannotRun: the installed diffusers has no such class.
    """
    from diffusers.schedulers.scheduling_utils import SchedulerMixin

    found = _diffusers_class(name)
    if not (isinstance(found, type) and issubclass(found, SchedulerMixin)):
        raise CannotRun(f"{name} is not a scheduler class of diffusers.{_hint(name, 'Scheduler')}")
    return found


def guider_class(name: str) -> Any:
    """Return a guider class of diffusers.

    Raises:
        CannotRun: the installed diffusers has no such class.
    """
    from diffusers.guiders.guider_utils import BaseGuidance

    found = _diffusers_class(name)
    if not (isinstance(found, type) and issubclass(found, BaseGuidance)):
        raise CannotRun(f"{name} is not a guider class of diffusers.{_hint(name, 'Guidance')}")
    return found


def component_class(name: str) -> Any:
    """Return a network, tokenizer or processor class of diffusers or transformers.

    Raises:
        CannotRun: neither package has a class with this name that can be loaded from files.
    """
    import transformers

    found = _diffusers_class(name) or getattr(transformers, name, None)
    if not (isinstance(found, type) and hasattr(found, "from_pretrained")):
        raise CannotRun(f"Neither diffusers nor transformers has a class {name} with weights.")
    return found


def _diffusers_class(name: str) -> object:
    import diffusers

    return getattr(diffusers, name, None) if name in dir(diffusers) else None


def _installed_class(name: str) -> object:
    match = _INSTALLED.match(name)
    if match is None:
        raise CannotRun(f"{name!r} is not a class; write module:Class.")
    try:
        return getattr(importlib.import_module(match[1]), match[2], None)
    except ImportError as error:
        raise CannotRun(f"The module {match[1]} of {name} cannot be imported: {error}") from error


def _hint(name: str, suffix: str) -> str:
    import diffusers

    close = get_close_matches(name, [each for each in dir(diffusers) if each.endswith(suffix)], n=1)
    return f" Did you mean {close[0]}?" if close else ""


def call_problems(recipe: DiffusersRecipe) -> list[str]:
    """Return one sentence for each argument in the adapter that the pipeline class does not accept.

    Raises:
        CannotRun: the installed diffusers does not have the class.
    """
    known, kind = call_defaults(recipe), pipeline_class(recipe.pipeline)
    wrong_names = sorted(set(recipe.names) - set(STANDARD_ARGUMENTS))
    problems = [f"names.{name}: expected one of {', '.join(STANDARD_ARGUMENTS)}" for name in wrong_names]
    if not _accepts_any_argument(kind):
        problems += _name_problems(recipe, known)
    problems += _value_problems(recipe, known)
    problems += _quote_problems(recipe)
    problems += modular_problems(recipe, kind)
    problems += _class_problems("scheduler", recipe.scheduler, scheduler_class)
    problems += _class_problems("guider", recipe.guider, guider_class)
    return problems + _component_problems(recipe)


def _accepts_any_argument(kind: "type[Pipeline]") -> bool:
    """Return whether the call of a class takes arguments through `**kwargs`."""
    parameters = inspect.signature(kind.__call__).parameters.values()
    return not is_modular(kind) and any(each.kind is each.VAR_KEYWORD for each in parameters)


def _name_problems(recipe: DiffusersRecipe, known: Collection[str]) -> list[str]:
    used = [recipe.names.get(name, name) for name in STANDARD_ARGUMENTS]
    problems = [
        f"names: {recipe.pipeline} has no argument {name!r}" for name in used if name and name not in known
    ]
    return problems + [
        f"{key}.{name}: {recipe.pipeline} has no such argument"
        for key, table in (("call", recipe.call), ("quotes", recipe.quotes))
        for name in table
        if name not in known
    ]


def _value_problems(recipe: DiffusersRecipe, known: Mapping[str, object]) -> list[str]:
    problems = []
    for name, value in recipe.call.items():
        default = known.get(name)
        if name in PROMPTS or isinstance(default, str):
            if not isinstance(value, str):
                problems.append(f"call.{name}: expected a text, not {value!r}")
        elif isinstance(default, int | float) and isinstance(value, str):
            problems.append(f"call.{name}: expected a number, not {value!r}")
        elif isinstance(default, int) and isinstance(value, tuple):
            problems.append(f"call.{name}: expected one number, not a list")
    return problems


def _quote_problems(recipe: DiffusersRecipe) -> list[str]:
    problems = []
    for name, quote in recipe.quotes.items():
        if name in recipe.call:
            problems.append(f"quotes.{name}: [call] already has this argument; remove one of the two")
        try:
            read_quote(quote)
        except CannotRun as error:
            problems.append(f"quotes.{name}: {error}")
    return problems


def _class_problems(
    key: str, table: Scheduler | Guider | None, find_class: Callable[[str], Any]
) -> list[str]:
    if table is None or not table.name:
        return []
    try:
        kind = find_class(table.name)
    except CannotRun as error:
        return [f"{key}.name: {error}"]
    known = inspect.signature(kind.__init__).parameters
    return [
        f"{key}.settings.{name}: {table.name} has no such setting"
        for name in table.settings
        if name not in known
    ]


def _component_problems(recipe: DiffusersRecipe) -> list[str]:
    problems = []
    kind = pipeline_class(recipe.pipeline)
    known: Collection[str] = inspect.signature(kind.__init__).parameters
    if is_modular(kind):
        known = workflow_blocks(kind, recipe.workflow).component_names
    for each in recipe.components:
        if each.component not in known:
            problems.append(f"components.component: {recipe.pipeline} has no component {each.component!r}")
        try:
            component_class(each.kind)
        except CannotRun as error:
            problems.append(f"components.kind: {error}")
    return problems


def call_defaults(recipe: DiffusersRecipe) -> Mapping[str, object]:
    """Return the arguments of a pipeline's call and the defaults of these arguments.

    Raises:
        CannotRun: the class or its workflow does not exist.
    """
    kind = pipeline_class(recipe.pipeline)
    if is_modular(kind):
        return input_defaults(workflow_blocks(kind, recipe.workflow))
    parameters = inspect.signature(kind.__call__).parameters
    return {name: each.default for name, each in parameters.items() if name != "self"}
