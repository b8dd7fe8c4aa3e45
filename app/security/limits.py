"""Slows down whoever guesses keys, links or cookies."""

from limits import RateLimitItemPerMinute
from limits.storage import storage_from_string
from limits.strategies import MovingWindowRateLimiter

from app.errors import TooManyRequests


class GuessLimiter:
    """Counts wrong secrets by address; in memory, or in Redis for several processes."""

    def __init__(self, url: str, *, per_minute: int) -> None:
        self._limiter = MovingWindowRateLimiter(storage_from_string(url))
        self._limit = RateLimitItemPerMinute(per_minute)

    def wrong_secret(self, address: str) -> None:
        """Count one wrong secret; raise TooManyRequests once there were too many."""
        if not self._limiter.hit(self._limit, "wrong-secret", address):
            raise TooManyRequests("Too many wrong keys or links from this address. Wait a minute.")
