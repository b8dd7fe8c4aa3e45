"""Generates clips in batches, skips failed clips, and halves the batch size when memory runs out."""

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

# After this many failures in a row, later requests would very likely fail as well.
MAX_CONSECUTIVE_FAILURES = 3

OnClip = Callable[[GeneratedClip, ClipRequest], None]


@dataclass(frozen=True)
class Failure:
    """A request that failed, and the reason."""

    request: ClipRequest
    kind: FailureKind
    message: str
    log_tail: str = ""


@dataclass(frozen=True)
class BatchResult:
    """The result of generating clips for a list of requests.

    Attributes:
        generated: number of generated clips.
        failures: failed requests.
        skipped: number of requests that were not tried, because too many earlier requests in a row had
            failed.
    """

    generated: int
    failures: tuple[Failure, ...]
    skipped: int


def generate_clips(
    generator: Generator,
    requests: Sequence[ClipRequest],
    *,
    batch: int,
    on_clip: OnClip,
    on_done: Callable[[], None] = lambda: None,
) -> BatchResult:
    """Generate a clip for each request with a loaded generator.

    When memory runs out, the batch size is halved for the remaining requests. If a batch of one clip does not
    fit into memory, the clip's request fails.

    Args:
        generator: a loaded generator.
        requests: the clips to generate.
        batch: maximum number of requests per call.
        on_clip: function that is called with each clip and its request.
        on_done: function that is called after each request, even if the request failed.

    Raises:
        CannotRun: the generator cannot run on this machine.
    """
    waiting, failures, consecutive = list(requests), list[Failure](), 0
    while waiting and consecutive < MAX_CONSECUTIVE_FAILURES:
        current = waiting[:batch]
        done, error = _generate_batch(generator, current, on_clip, on_done)
        waiting = waiting[done:]
        consecutive = 0 if done else consecutive
        if error is None:
            continue
        if isinstance(error, CannotRun):
            raise error
        if isinstance(error, OutOfMemory) and batch > 1:
            batch = max(1, min(batch, len(current)) // 2)
            continue
        failed = waiting.pop(0)
        failures.append(Failure(failed, error.kind, str(error), error.log_tail))
        consecutive += 1
        on_done()
    return BatchResult(len(requests) - len(waiting) - len(failures), tuple(failures), len(waiting))


def _generate_batch(
    generator: Generator, requests: Sequence[ClipRequest], on_clip: OnClip, on_done: Callable[[], None]
) -> tuple[int, GeneratorError | None]:
    """Generate one batch.

    Return the number of generated clips, and the error; the error is None if all requests succeeded.

    If n clips were generated, they are the clips of the first n requests, in the same order.
    """
    done = 0
    try:
        for request, clip in zip(requests, generator.generate(requests), strict=True):
            on_clip(clip, request)
            done += 1
            on_done()
    except GeneratorError as error:
        return done, error
    return done, None
