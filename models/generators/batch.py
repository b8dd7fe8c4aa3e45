"""Makes clip after clip and goes on where one fails."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from benchmark.protocol import FailureKind
from models.generators.base import (
    CannotRun,
    ClipRequest,
    GeneratedClip,
    Generator,
    GeneratorError,
    OutOfMemory,
)

# So many in a row mean that the next would fail as well.
FAILURES_IN_A_ROW = 3

Keep = Callable[[GeneratedClip, ClipRequest], None]


@dataclass(frozen=True)
class Failure:
    """A clip that was not made, and why."""

    request: ClipRequest
    kind: FailureKind
    message: str
    log_tail: str = ""


@dataclass(frozen=True)
class Outcome:
    """What became of the requests; `untried` are those after too many failures in a row."""

    made: int
    failures: tuple[Failure, ...]
    untried: int


def make_clips(
    generator: Generator,
    requests: Sequence[ClipRequest],
    *,
    batch: int,
    keep: Keep,
    on_done: Callable[[], None] = lambda: None,
) -> Outcome:
    """Make a clip for each request with a loaded generator.

    Where memory runs out the batch is halved, for good; a single clip that does not fit has failed.

    Args:
        batch: requests a call takes at most.
        keep: called with each clip as it comes.
        on_done: called after each clip, made or not.

    Raises:
        CannotRun: nothing can be made here at all.
    """
    waiting, failures, in_a_row = list(requests), list[Failure](), 0
    while waiting and in_a_row < FAILURES_IN_A_ROW:
        taken = waiting[:batch]
        done, error = _attempt(generator, taken, keep, on_done)
        waiting = waiting[done:]
        in_a_row = 0 if done else in_a_row
        if error is None:
            continue
        if isinstance(error, CannotRun):
            raise error
        if isinstance(error, OutOfMemory) and batch > 1:
            batch = max(1, min(batch, len(taken)) // 2)
            continue
        failed = waiting.pop(0)
        failures.append(Failure(failed, error.kind, str(error), error.log_tail))
        in_a_row += 1
        on_done()
    return Outcome(len(requests) - len(waiting) - len(failures), tuple(failures), len(waiting))


def _attempt(
    generator: Generator, taken: Sequence[ClipRequest], keep: Keep, on_done: Callable[[], None]
) -> tuple[int, GeneratorError | None]:
    """Return how many of the requests, from the first on, have their clip, and what stopped the rest."""
    done = 0
    try:
        for request, clip in zip(taken, generator.generate(taken), strict=True):
            keep(clip, request)
            done += 1
            on_done()
    except GeneratorError as error:
        return done, error
    return done, None
