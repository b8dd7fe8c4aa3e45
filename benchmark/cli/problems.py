"""Prints the first five problems of a long list, and the number of the other problems.

`--verbose` prints every problem.
"""

from collections.abc import Callable, Iterator, Sequence
from contextvars import ContextVar
from typing import TypeVar

import click

MAX_EXAMPLES = 5
Command = TypeVar("Command", bound=Callable[..., None])
# The number of problems to print. None prints all problems, because a command without the option --verbose
# must not hide a problem.
_limit: ContextVar[int | None] = ContextVar("limit", default=None)


def verbose_option(command: Command) -> Command:
    """Add the option --verbose to a command. Without --verbose, a list of problems shows five examples."""
    return click.option(
        "--verbose",
        is_flag=True,
        expose_value=False,
        callback=_remember,
        help="Print every line of long lists of problems.",
    )(command)


def print_all() -> None:
    """Print every list of problems in full, until a command with the option --verbose starts."""
    _limit.set(None)


def examples(lines: Sequence[str]) -> Iterator[str]:
    """Yield the first five lines, then one line that states how many lines remain.

    With --verbose, yield all lines.
    """
    limit = _limit.get()
    if limit is None or len(lines) <= limit:
        yield from lines
        return
    yield from lines[:limit]
    yield f"... and {len(lines) - limit} more; --verbose prints all"


def _remember(_context: click.Context, _option: click.Parameter, is_verbose: bool) -> None:
    _limit.set(None if is_verbose else MAX_EXAMPLES)
