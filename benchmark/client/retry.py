"""Decides which failed requests are sent again, and how long to wait before each retry."""

import itertools
import random
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Self

FIRST_PAUSE_S, MAX_PAUSE_S = 0.5, 30.0
# Seconds for which requests are still retried after the program was asked to stop.
STOPPING_LIMIT_S = 10.0

_BUSY = frozenset(
    {
        HTTPStatus.TOO_MANY_REQUESTS,
        HTTPStatus.BAD_GATEWAY,
        HTTPStatus.SERVICE_UNAVAILABLE,
        HTTPStatus.GATEWAY_TIMEOUT,
    }
)
_BROKEN = _BUSY | {status for status in HTTPStatus if status >= HTTPStatus.INTERNAL_SERVER_ERROR}


@dataclass
class Retry:
    """Exponential backoff with random jitter: after a failure, workers retry at different times.

    Attributes:
        max_retries: the largest number of retries of one request; None means no limit until `stopping` is
            set.
        statuses: the HTTP statuses that are retried; connection errors are always retried.
        stopping: an event that is set when the program has to end. After the event is set, requests are
            retried for only a few seconds.
        rng: the random generator of the jitter.
    """

    max_retries: int | None = 5
    statuses: frozenset[int] = _BUSY
    stopping: threading.Event = field(default_factory=threading.Event)
    rng: random.Random = field(default_factory=random.SystemRandom)

    @classmethod
    def unattended(cls, stopping: threading.Event, rng: random.Random | None = None) -> Self:
        """Return the retry policy of a worker: retry after every server error until a stop is requested."""
        return cls(None, _BROKEN, stopping, rng or random.SystemRandom())

    def pauses(self, max_retries: int | None = None) -> Iterator[float]:
        """Yield the seconds to wait before each retry of one request.

        Args:
            max_retries: the largest number of retries of this request; by default the limit of the policy.
        """
        limit = self.max_retries if max_retries is None else max_retries
        started, pause_s = time.monotonic(), FIRST_PAUSE_S
        for number in itertools.count():
            wait_s = pause_s * self.rng.uniform(0.5, 1.0)
            is_late = self.stopping.is_set() and time.monotonic() + wait_s > started + STOPPING_LIMIT_S
            if is_late or number == limit:
                return
            yield wait_s
            pause_s = min(2 * pause_s, MAX_PAUSE_S)

    def sleep(self, seconds: float) -> None:
        """Wait until the pause is over or a stop is requested."""
        # `wait` would return immediately if the event is set, so sleep instead.
        if self.stopping.is_set():
            time.sleep(seconds)
        else:
            self.stopping.wait(seconds)
