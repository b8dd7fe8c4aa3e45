"""Compares the arguments of a recipe with the official defaults that the recipe states."""

from collections.abc import Iterator
from dataclasses import dataclass

from models.generators.recipe_tables import ArgumentOrList, Official
from models.generators.recipes import AnyRecipe, DiffusersRecipe, HostedRecipe, SubprocessRecipe

NATIVE = ("width", "height", "num_frames", "fps")


@dataclass(frozen=True)
class ArgumentLine:
    """An argument of a model, with the argument's value in the recipe and its official default.

    Attributes:
        value: the value of the recipe; None if the recipe does not pass the argument.
        official: the source of the official default. If the recipe's value differs from the official default,
            the text also states the official default and the reason. None if the recipe states no source.
    """

    name: str
    value: ArgumentOrList | None
    official: Official | None

    def __str__(self) -> str:
        if self.official is None:
            return f"{self.name} = {self.value!r}"
        if self.official.value is None:
            return f"{self.name} = {self.value!r} ({self.official.source})"
        return (
            f"{self.name} = {self.value!r}, official {self.official.value!r}: {self.official.reason} "
            f"({self.official.source})"
        )


def argument_lines(recipe: AnyRecipe) -> list[ArgumentLine]:
    """Return the arguments that influence a clip, then the official arguments that the recipe omits."""
    values = dict(_values(recipe))
    lines = [ArgumentLine(name, value, recipe.official.get(name)) for name, value in values.items()]
    return lines + [
        ArgumentLine(name, None, official) for name, official in recipe.official.items() if name not in values
    ]


def official_problems(recipe: DiffusersRecipe) -> list[str]:
    """Return one sentence for each mistake in the table `[official]`."""
    problems = []
    for line in argument_lines(recipe):
        if line.official is None:
            continue
        if line.value is None and line.official.value is None:
            problems.append(
                f"official.{line.name}: the recipe does not pass this argument; state value and reason"
            )
        if line.value is not None and line.official.value == line.value:
            problems.append(f"official.{line.name}: the recipe has the official value; omit value and reason")
    return problems


def _values(recipe: AnyRecipe) -> Iterator[tuple[str, ArgumentOrList]]:
    native = recipe.native
    yield from (("width", native.width), ("height", native.height))
    if isinstance(recipe, HostedRecipe):
        yield from (("num_frames", native.frames), ("fps", float(native.fps)))
        body = recipe.submit.body.items()
        yield from ((name, value) for name, value in body if isinstance(value, bool | int | float | str))
        return
    if isinstance(recipe, SubprocessRecipe):
        yield from (("num_frames", native.frames), ("fps", float(native.fps)))
        settings = {**recipe.staging.config, **(recipe.script.settings if recipe.script else {})}
        yield from (
            (name, value) for name, value in settings.items() if isinstance(value, bool | int | float | str)
        )
        return
    if "num_frames" not in recipe.call:
        yield "num_frames", native.frames
    if "fps" not in recipe.call:
        yield "fps", float(native.fps)
    yield from recipe.call.items()
    yield from ((name, str(quote)) for name, quote in recipe.quotes.items())
    for key, table in (("scheduler", recipe.scheduler), ("guider", recipe.guider)):
        if table is not None:
            yield from [(key, table.name)] if table.name else []
            yield from ((f"{key}.{name}", value) for name, value in table.settings.items())
