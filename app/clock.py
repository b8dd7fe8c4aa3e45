"""The one place that reads the time; everything else gets it as an argument.

A time that is stored under a lock is read once the lock is held. Read before, it would be older than the
changes that the lock was waited for.
"""

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """Return the current time, aware and in UTC."""
    return datetime.now(UTC)
