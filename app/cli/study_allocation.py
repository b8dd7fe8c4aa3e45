"""The options of `ti2v study create` and `ti2v study edit` that set the allocation of a study."""

from collections.abc import Callable
from functools import wraps
from typing import Any

import click

from benchmark.protocol import Balance

Command = Callable[..., Any]
_OPTIONS = (
    click.option(
        "--per-day",
        "comparisons_per_day",
        type=click.IntRange(1, 100_000),
        help="Maximum number of comparisons per annotator and day (UTC).",
    ),
    click.option(
        "--scenario",
        "scenarios",
        multiple=True,
        metavar="NAME",
        help="Compare only the pairs of this scenario; repeatable.",
    ),
    click.option(
        "--pairs-per-batch",
        type=click.IntRange(1, 1_000_000),
        help="Assign the pairs in batches of this size, one batch after the other.",
    ),
    click.option(
        "--balance",
        type=click.Choice([each.value for each in Balance]),
        help="What to balance first: votes per comparison (default) or votes per matchup.",
    ),
)


def allocation_options(command: Command) -> Command:
    """Add the options to a command.

    The command gets the values as `allocation`; None if no option is given.
    """

    @wraps(command)
    def with_allocation(**options: Any) -> Any:
        names = ("comparisons_per_day", "scenarios", "pairs_per_batch", "balance")
        given = {name: options.pop(name) for name in names}
        allocation = {name: value for name, value in given.items() if value not in (None, ())}
        return command(allocation=allocation or None, **options)

    for option in reversed(_OPTIONS):
        with_allocation = option(with_allocation)
    return with_allocation
