"""Stores the counts of rate limits: in memory for one server process, in Redis for several processes."""

import logging
import threading
import time
from collections.abc import Callable
from typing import TypeVar, cast

from limits.storage import Storage, storage_from_string

log = logging.getLogger("ti2v.limits")

_SWEEP_S = 60.0
_TIMEOUT_S = 1.0
_RETRY_S = 5.0
Result = TypeVar("Result")


def open_counters(url: str) -> "MemoryCounters | SharedCounters":
    """Return the storage at TI2V_RATE_LIMIT_URL: this process's memory, or a Redis server."""
    if url.startswith("memory://"):
        return MemoryCounters()
    redis = storage_from_string(url, socket_timeout=_TIMEOUT_S, socket_connect_timeout=_TIMEOUT_S)
    return SharedCounters(cast("Storage", redis))


class MemoryCounters(Storage):
    """Counters with an expiry, in the memory of this process. `clock` returns seconds that never go back.

    The memory storage of the package limits reads the wall clock. If this clock jumps back, an expired limit
    stays in force for the length of the jump; if the clock jumps forward, all limits end.
    """

    STORAGE_SCHEME = None

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._clock = clock
        self._lock = threading.Lock()
        self._counts: dict[str, tuple[int, float]] = {}  # count and expiry
        self._next_sweep = clock() + _SWEEP_S

    @property
    def base_exceptions(self) -> type[Exception]:
        return ValueError

    def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        """Add to a counter and return its new value. The first call starts the time until the expiry."""
        with self._lock:
            now = self._clock()
            self._sweep(now)
            count, expires = self._counts.get(key, (0, now))
            if expires <= now:
                count, expires = 0, now + expiry
            self._counts[key] = (count + amount, expires)
            return count + amount

    def get(self, key: str) -> int:
        with self._lock:
            count, expires = self._counts.get(key, (0, 0.0))
            return count if expires > self._clock() else 0

    def get_expiry(self, key: str) -> float:
        """Return when the counter expires, as wall-clock time."""
        with self._lock:
            now = self._clock()
            _, expires = self._counts.get(key, (0, now))
            return time.time() + max(0.0, expires - now)

    def check(self) -> bool:
        """Return whether several server processes count together."""
        return False

    def reset(self) -> int:
        with self._lock:
            count = len(self._counts)
            self._counts.clear()
            return count

    def clear(self, key: str) -> None:
        with self._lock:
            self._counts.pop(key, None)

    def _sweep(self, now: float) -> None:
        """Remove expired counters, at most once a minute. Otherwise every address would stay in memory."""
        if now >= self._next_sweep:
            self._counts = {key: kept for key, kept in self._counts.items() if kept[1] > now}
            self._next_sweep = now + _SWEEP_S


class SharedCounters(Storage):
    """Counters in Redis. While Redis does not respond, this process counts in its own memory.

    After a failed request, Redis is not asked again for `_RETRY_S` seconds, so that a Redis server that hangs
    does not delay each request. Redis uses its own clock to end the limits; jumps of a web server's clock
    have no effect.
    """

    STORAGE_SCHEME = None

    def __init__(self, shared: Storage, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._shared = shared
        self._own = MemoryCounters(clock)
        self._clock = clock
        self._retry_at = clock()

    @property
    def base_exceptions(self) -> type[Exception] | tuple[type[Exception], ...]:
        return self._shared.base_exceptions

    def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        return self._use(lambda counters: counters.incr(key, int(expiry), amount))

    def get(self, key: str) -> int:
        return self._use(lambda counters: counters.get(key))

    def get_expiry(self, key: str) -> float:
        return self._use(lambda counters: counters.get_expiry(key))

    def check(self) -> bool:
        """Return whether several server processes count together, that is, whether Redis responds."""
        return self._use(lambda counters: counters.check())

    def reset(self) -> int | None:
        return self._use(lambda counters: counters.reset())

    def clear(self, key: str) -> None:
        self._use(lambda counters: counters.clear(key))

    def _use(self, call: Callable[[Storage], Result]) -> Result:
        if self._clock() >= self._retry_at:
            try:
                return call(self._shared)
            except self.base_exceptions as error:
                self._retry_at = self._clock() + _RETRY_S
                log.warning(
                    "Redis at TI2V_RATE_LIMIT_URL does not respond (%s). Until it responds, each process "
                    "counts failed keys and uploaded bytes by itself.",
                    type(error).__name__,
                )
        return call(self._own)
