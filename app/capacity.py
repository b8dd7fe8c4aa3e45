"""Gives each class of requests its own threads, so that uploads and transcoding cannot delay votes.

Synchronous code runs in threads. With a single pool, uploads that wait for the media sandbox could occupy
every thread and stop all votes. Each class of requests therefore has its own threads and its own bounded
queue. If the queue is full, the response is 503 with Retry-After. Pages and the rest of the API use the
default threads.
"""

from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import ParamSpec, TypeVar

from anyio import CapacityLimiter, to_thread
from anyio.lowlevel import RunVar

from app.errors import Unavailable

# Number of default threads, which run the requests without a class.
OTHER_THREADS = 16

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")


class RequestClass(StrEnum):
    """A class of requests; all requests of a class share one group of threads.

    Requests that transcode clips have a class of their own, so that other requests never wait for a
    transcode.
    """

    VOTES = "votes"
    MEDIA = "media"
    RENDITIONS = "renditions"
    UPLOADS = "uploads"
    REPORTS = "reports"


@dataclass
class _LoopState:
    """The limiter and the counters of one `Capacity`, for one event loop."""

    limiter: CapacityLimiter
    admitted: int = 0


class Capacity:
    """The number of threads of one request class, and the length of its queue.

    At most `queue` requests wait for a thread.
    """

    def __init__(self, name: str, *, threads: int, queue: int, retry_after_s: int = 2) -> None:
        self._name = name
        self._retry_after_s = retry_after_s
        self._threads = threads
        self._most = threads + queue
        # A limiter belongs to one event loop. A server has one event loop; tests have several.
        self._states: RunVar[_LoopState] = RunVar(f"ti2v_capacity_{name}")

    async def run(
        self, function: Callable[Arguments, Result], *args: Arguments.args, **kwargs: Arguments.kwargs
    ) -> Result:
        """Call a function in a thread of this request class, and return its result.

        Raises:
            Unavailable: the queue is full.
        """
        with self.admit():
            return await self.run_admitted(function, *args, **kwargs)

    @contextmanager
    def admit(self) -> Iterator[None]:
        """Reserve a thread of this request class, or a place in the queue of the class, until the block ends.

        Raises:
            Unavailable: the queue is full.
        """
        state = self._state()
        if state.admitted >= self._most:
            raise Unavailable(
                f"The server is busy with other {self._name}. "
                f"Send the request again in {self._retry_after_s} seconds.",
                code="busy",
                retry_after_s=self._retry_after_s,
            )
        state.admitted += 1
        try:
            yield
        finally:
            state.admitted -= 1

    async def run_admitted(
        self, function: Callable[Arguments, Result], *args: Arguments.args, **kwargs: Arguments.kwargs
    ) -> Result:
        """Call a function in a thread of this request class. The caller must be inside a block of `admit`."""
        return await to_thread.run_sync(partial(function, *args, **kwargs), limiter=self._state().limiter)

    async def stream(self, chunks: Iterator[bytes]) -> AsyncIterator[bytes]:
        """Yield the chunks of a response; each chunk is read in a thread of this request class.

        A response that has started is never refused, even if the queue is full.
        """
        while (chunk := await self.run_admitted(next, chunks, None)) is not None:
            yield chunk

    def _state(self) -> _LoopState:
        state = self._states.get(None)
        if state is None:
            state = _LoopState(CapacityLimiter(self._threads))
            self._states.set(state)
        return state


class Capacities:
    """The capacity of each class of requests."""

    def __init__(self, by_class: Mapping[RequestClass, Capacity]) -> None:
        self._by_class = by_class

    @classmethod
    def for_sandbox(cls, children: int) -> "Capacities":
        """Return the default capacities.

        Requests for uploads and renditions wait for one of `children` sandbox processes. There are twice as
        many threads as processes: while some threads store files, the other threads keep all processes busy.
        Additional threads would only wait for a sandbox process.
        """
        capacities = {
            RequestClass.VOTES: Capacity("votes", threads=12, queue=200),
            RequestClass.MEDIA: Capacity("media", threads=8, queue=200),
            RequestClass.RENDITIONS: Capacity("renditions", threads=2 * children, queue=64),
            # A client needs much longer to send an upload than any other request, so an upload may wait
            # longer in the queue.
            RequestClass.UPLOADS: Capacity("uploads", threads=2 * children, queue=28, retry_after_s=5),
            RequestClass.REPORTS: Capacity("reports", threads=2, queue=6),
        }
        return cls(capacities)

    def of(self, request_class: RequestClass) -> Capacity:
        return self._by_class[request_class]
