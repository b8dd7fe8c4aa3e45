"""Fetches a document of another server over HTTP, and caches it."""

import logging
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Generic, TypeVar

log = logging.getLogger("ti2v.documents")
Document = TypeVar("Document")

REFRESH_AFTER = timedelta(hours=12)
# A document that could not be fetched again for a day is no longer trusted.
EXPIRE_AFTER = timedelta(hours=24)
# After a request, failed or not, the next request waits. Forged tokens and outages thus cause few requests.
MIN_INTERVAL = timedelta(seconds=30)
TIMEOUT_S = 5.0


class DocumentUnavailable(Exception):
    """The document could not be fetched, and no copy of the last 24 hours is cached."""


class CachedDocument(Generic[Document]):
    """The document at one URL. Threads share the object; one thread at a time fetches the document."""

    def __init__(self, url: str, parse: Callable[[bytes], Document]) -> None:
        """Cache the document at `url`.

        Args:
            parse: reads the body of the response; raises ValueError for a wrong document.
        """
        self.url = url
        self._parse = parse
        self._lock = threading.Lock()
        self._document: Document | None = None
        self._fetched_at: datetime | None = None
        self._tried_at: datetime | None = None

    def get(self, *, now: datetime, is_outdated: Callable[[Document], bool] = lambda _: False) -> Document:
        """Return the document.

        Args:
            is_outdated: returns whether the cached document must be fetched again although it has not
                expired.

        Raises:
            DocumentUnavailable: the document could not be fetched, and no copy of the last 24 hours is
                cached.
        """
        with self._lock:
            is_wanted = (
                self._document is None or self._age(now) > REFRESH_AFTER or is_outdated(self._document)
            )
            if is_wanted and (self._tried_at is None or now - self._tried_at >= MIN_INTERVAL):
                self._fetch(now)
            if self._document is None or self._age(now) > EXPIRE_AFTER:
                raise DocumentUnavailable(self.url)
            return self._document

    def _age(self, now: datetime) -> timedelta:
        return timedelta.max if self._fetched_at is None else now - self._fetched_at

    def _fetch(self, now: datetime) -> None:
        # Imported here, because most servers fetch no document and need no HTTP client.
        import httpx2

        self._tried_at = now
        try:
            answer = httpx2.get(self.url, timeout=TIMEOUT_S)
            answer.raise_for_status()
            self._document = self._parse(answer.content)
        except (httpx2.HTTPError, ValueError) as error:
            log.warning("%s could not be fetched: %s", self.url, error)
            return
        self._fetched_at = now
