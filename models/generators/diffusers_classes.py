"""Which classes of diffusers an adapter may name: those diffusers itself exports that animate an image."""

import inspect
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from models.generators.base import CannotRun
from models.generators.recipes import DiffusersRecipe

if TYPE_CHECKING:
    from diffusers.pipelines.pipeline_utils import DiffusionPipeline

MOTIF = "MotifImageToVideoPipeline"
STANDARD_ARGUMENTS = ("image", "prompt", "height", "width", "num_frames", "generator")
_ANIMATES = re.compile(
    r"^(?!MotifVideo|.*Modular)\w*(ImageToVideo|Image2Video|I2V|VideoToWorld|PredictBase|TI2VA)\w*Pipeline$"
)


def allowed_classes() -> list[str]:
    """Return the names an adapter may give, in alphabetical order."""
    import diffusers

    return sorted([MOTIF, *(name for name in dir(diffusers) if _ANIMATES.match(name))])


def pipeline_class(name: str) -> "type[DiffusionPipeline]":
    """Return a pipeline class by its name.

    Raises:
        CannotRun: this diffusers exports no such class, or it does not animate images.
    """
    if name not in allowed_classes():
        import diffusers

        near = ", ".join(allowed_classes())
        raise CannotRun(
            f"diffusers {diffusers.__version__} has no image-to-video class {name}; it has {near}."
        )
    if name == MOTIF:
        from models.motif.pipeline import MotifImageToVideoPipeline

        return MotifImageToVideoPipeline
    import diffusers

    found: type[DiffusionPipeline] = getattr(diffusers, name)
    return found


def call_problems(recipe: DiffusersRecipe) -> list[str]:
    """Return a sentence for every argument of an adapter that its class does not take.

    Raises:
        CannotRun: there is no such class.
    """
    taken = call_defaults(recipe)
    wrong_names = sorted(set(recipe.names) - set(STANDARD_ARGUMENTS))
    problems = [f"names.{name}: it is none of {', '.join(STANDARD_ARGUMENTS)}" for name in wrong_names]
    given = [recipe.names.get(name, name) for name in STANDARD_ARGUMENTS]
    problems += [
        f"names: {recipe.pipeline} takes no argument {name!r}" for name in given if name and name not in taken
    ]
    problems += [
        f"call.{name}: {recipe.pipeline} takes no such argument" for name in recipe.call if name not in taken
    ]
    return problems


def call_defaults(recipe: DiffusersRecipe) -> Mapping[str, object]:
    """Return the arguments of the class's call with their defaults."""
    parameters = inspect.signature(pipeline_class(recipe.pipeline).__call__).parameters
    return {name: each.default for name, each in parameters.items() if name != "self"}
