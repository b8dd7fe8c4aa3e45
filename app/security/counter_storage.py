"""Counts in memory, for rate limits of one server process.

The memory storage of the package limits reads the wall clock. If this clock jumps back, an expired limit
stays in force for the length of the jump; if the clock jumps forward, all limits end. This storage reads the
monotonic clock, which never jumps.
"""

import threading
import time
from collections.abc import Callable

from limits.storage import Storage, StorageTypes, storage_from_string

_SWEEP_S = 60.0


def open_counters(url: str) -> StorageTypes:
    """Return the storage at TI2V_RATE_LIMIT_URL: this process's memory, or a Redis server.

    A Redis server uses its own clock to end the limits; jumps of a web server's clock have no effect.
    """
    return MemoryCounters() if url.startswith("memory://") else storage_from_string(url)


class MemoryCounters(Storage):
    """Counters with an expiry. `clock` returns seconds that never go back."""

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
        return True

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
