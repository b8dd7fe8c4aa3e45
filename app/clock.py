"""The only module that reads the clock; all other code gets the time as an argument.

A time that is stored under a lock is read after acquiring the lock. A time read earlier could precede changes
that were committed while waiting for the lock.
"""

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """Return the current time as a timezone-aware datetime in UTC."""
    return datetime.now(UTC)
