"""Defines parameter types of command options."""

import math

import click


class FiniteFloatRange(click.FloatRange):
    """The type of an option whose value is a finite float within limits.

    `click.FloatRange` accepts NaN, because NaN is neither below the minimum nor above the maximum.
    """

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Return the parsed number. A number that is not finite or is outside the limits is a usage error."""
        number: float = super().convert(value, param, ctx)  # type: ignore[arg-type]  # click's hint is too narrow
        if not math.isfinite(number):
            self.fail(f"{value} is not a finite number.", param, ctx)
        return number


def comma_separated(_context: click.Context, option: click.Parameter, texts: tuple[str, ...]) -> list[str]:
    """Return the entries of a repeatable option; commas or spaces separate the entries of one value.

    Return an empty list if the option is not given.

    Raises:
        click.BadParameter: the option is given without an entry, for example because a variable of a shell
            script is empty.
    """
    entries = [entry for text in texts for entry in text.replace(",", " ").split()]
    if texts and not entries:
        raise click.BadParameter("the list is empty. Omit the option for the default.", param=option)
    return entries
