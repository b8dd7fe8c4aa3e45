"""Limits wrong secrets per address, and parallel uploads and uploaded bytes per person."""

import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from limits import RateLimitItemPerDay, RateLimitItemPerMinute
from limits.strategies import FixedWindowRateLimiter

from app.errors import TooManyRequests
from app.languages import gettext_noop
from app.security.counter_storage import open_counters

# Not "wrong-secret": under this name, earlier releases stored lists in Redis, which cannot be incremented.
_WRONG_SECRETS = "wrong-secrets"


class GuessLimiter:
    """Counts wrong secrets by address.

    The first wrong secret of an address starts a minute, after which the count is 0 again. Wrong secrets are
    counted in memory or, if there are several server processes, in Redis.
    """

    def __init__(self, url: str, *, per_minute: int) -> None:
        self._limiter = FixedWindowRateLimiter(open_counters(url))
        self._limit = RateLimitItemPerMinute(per_minute)

    def are_shared(self) -> bool:
        """Return whether several server processes count together; False while Redis does not respond."""
        return self._limiter.storage.check()

    def wrong_secret(self, address: str) -> None:
        """Count one wrong secret. Raise TooManyRequests if the address has sent too many wrong secrets."""
        if not self._limiter.hit(self._limit, _WRONG_SECRETS, address):
            raise TooManyRequests(
                gettext_noop("This address sent too many wrong keys or links. Wait a minute.")
            )


class UploadLimiter:
    """Limits the uploads of one person; the uploads with all keys of the person count together.

    Each process counts its own parallel uploads. Uploaded bytes are counted in memory or, if there are
    several processes, in Redis.
    """

    def __init__(self, url: str, *, parallel: int, bytes_per_day: int) -> None:
        self._parallel = parallel
        self._running: Counter[int] = Counter()
        self._lock = threading.Lock()
        self._limiter = FixedWindowRateLimiter(open_counters(url))
        self._bytes = RateLimitItemPerDay(bytes_per_day)

    @contextmanager
    def one_upload(self, person_id: int) -> Iterator[None]:
        """Count one more upload in progress for a person, until the `with` block ends.

        Raises:
            TooManyRequests: the person has too many running uploads.
        """
        with self._lock:
            if self._running[person_id] >= self._parallel:
                raise TooManyRequests(
                    f"You already have {self._parallel} uploads running, the maximum. "
                    "Send this upload again when another one has finished.",
                    code="too_many_uploads",
                    retry_after_s=1,
                )
            self._running[person_id] += 1
        try:
            yield
        finally:
            with self._lock:
                self._running[person_id] -= 1

    def require_quota(self, person_id: int, size: int) -> None:
        """Raise TooManyRequests if an upload of `size` bytes would exceed the person's daily quota."""
        if not self._limiter.test(self._bytes, "upload-bytes", str(person_id), cost=max(size, 1)):
            reset_at = self._limiter.get_window_stats(self._bytes, "upload-bytes", str(person_id)).reset_time
            raise TooManyRequests(
                f"This upload would exceed your quota of {self._bytes.amount:,} bytes per day. "
                "Continue tomorrow, or ask the operator to raise TI2V_UPLOAD_BYTES_PER_DAY.",
                code="upload_quota_exceeded",
                retry_after_s=max(1, round(reset_at - time.time())),
            )

    def count_bytes(self, person_id: int, size: int) -> None:
        """Charge received bytes to the person's quota, whether or not the clip is stored."""
        self._limiter.hit(self._bytes, "upload-bytes", str(person_id), cost=max(size, 1))
