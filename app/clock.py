"""The only module that reads the clock; all other code gets the time as an argument.

If code holds a lock while it stores a time, it reads the time after it has acquired the lock. If the code
read the time before it waited for the lock, the time could precede changes that were committed during the
wait.
"""

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """Return the current time as a timezone-aware datetime in UTC."""
    return datetime.now(UTC)
