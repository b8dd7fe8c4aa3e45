"""Lists the pipeline classes that adapters may name: MotiF's and diffusers' image-to-video pipelines."""

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
_IMAGE_TO_VIDEO = re.compile(
    r"^(?!MotifVideo|.*Modular)\w*(ImageToVideo|Image2Video|I2V|VideoToWorld|PredictBase|TI2VA)\w*Pipeline$"
)


def allowed_classes() -> list[str]:
    """Return the class names that an adapter may use, sorted."""
    import diffusers

    return sorted([MOTIF, *(name for name in dir(diffusers) if _IMAGE_TO_VIDEO.match(name))])


def pipeline_class(name: str) -> "type[DiffusionPipeline]":
    """Return the pipeline class with this name.

    Raises:
        CannotRun: the installed diffusers has no image-to-video class with this name.
    """
    if name not in allowed_classes():
        import diffusers

        known = ", ".join(allowed_classes())
        raise CannotRun(
            f"diffusers {diffusers.__version__} has no image-to-video class {name}; expected one of {known}."
        )
    if name == MOTIF:
        from models.motif.pipeline import MotifImageToVideoPipeline

        return MotifImageToVideoPipeline
    import diffusers

    found: type[DiffusionPipeline] = getattr(diffusers, name)
    return found


def call_problems(recipe: DiffusersRecipe) -> list[str]:
    """Return one sentence for each argument in the adapter that the pipeline class does not accept.

    Raises:
        CannotRun: the installed diffusers does not have the class.
    """
    known = call_defaults(recipe)
    wrong_names = sorted(set(recipe.names) - set(STANDARD_ARGUMENTS))
    problems = [f"names.{name}: expected one of {', '.join(STANDARD_ARGUMENTS)}" for name in wrong_names]
    used = [recipe.names.get(name, name) for name in STANDARD_ARGUMENTS]
    problems += [
        f"names: {recipe.pipeline} has no argument {name!r}" for name in used if name and name not in known
    ]
    problems += [
        f"call.{name}: {recipe.pipeline} has no such argument" for name in recipe.call if name not in known
    ]
    return problems


def call_defaults(recipe: DiffusersRecipe) -> Mapping[str, object]:
    """Return the arguments of the pipeline's `__call__` and the defaults of these arguments."""
    parameters = inspect.signature(pipeline_class(recipe.pipeline).__call__).parameters
    return {name: each.default for name, each in parameters.items() if name != "self"}
