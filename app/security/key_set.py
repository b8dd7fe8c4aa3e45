"""Fetches and caches the public keys with which a crowd platform signs tokens.

Source: RFC 7517 (JSON Web Key Set). Prolific asks clients to fetch its keys again at least daily
(docs.prolific.com/api-reference/well-known-endpoints/get-study-jwks, read 2026-11-30).
"""

import logging
import threading
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Literal

from pydantic import BaseModel, ValidationError

from app.errors import Unavailable
from app.languages import gettext_noop

log = logging.getLogger("ti2v.platforms")

REFRESH_AFTER = timedelta(hours=12)
# Keys that could not be fetched again for a day are no longer trusted.
EXPIRE_AFTER = timedelta(hours=24)
# An unknown key id causes at most one request in this time, so that forged links cause few requests.
MIN_INTERVAL = timedelta(seconds=30)
TIMEOUT_S = 5.0


class PublicKey(BaseModel):
    """A public RSA key of a key set. The key set ignores keys of all other types."""

    kty: Literal["RSA"]
    kid: str
    n: str
    e: str
    alg: Literal["RS256"] = "RS256"
    use: Literal["sig"] = "sig"


class KeySet:
    """The key set at one URL. Threads share the object; one thread at a time fetches the keys."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._lock = threading.Lock()
        self._keys: Mapping[str, PublicKey] = {}
        self._fetched_at: datetime | None = None
        self._tried_at: datetime | None = None

    def find(self, key_id: str, *, now: datetime) -> PublicKey | None:
        """Return the key with this id; None if the key set has no such key.

        Raises:
            Unavailable: the key set could not be fetched, and no key set of the last 24 hours is cached.
        """
        with self._lock:
            is_missing = self._age(now) > REFRESH_AFTER or key_id not in self._keys
            if is_missing and (self._tried_at is None or now - self._tried_at >= MIN_INTERVAL):
                self._fetch(now)
            if self._age(now) > EXPIRE_AFTER:
                raise Unavailable(
                    gettext_noop(
                        "The keys of the platform could not be read, so your link could not be checked. Open "
                        "the study on the platform again in a minute."
                    )
                )
            return self._keys.get(key_id)

    def _age(self, now: datetime) -> timedelta:
        return timedelta.max if self._fetched_at is None else now - self._fetched_at

    def _fetch(self, now: datetime) -> None:
        # Imported here, because only studies with signed links need an HTTP client in the server.
        import httpx2

        self._tried_at = now
        try:
            answer = httpx2.get(self._url, timeout=TIMEOUT_S)
            answer.raise_for_status()
            listed = answer.json()["keys"]
            self._keys = {key.kid: key for entry in listed if (key := _parsed(entry)) is not None}
        except (httpx2.HTTPError, ValueError, KeyError, TypeError) as error:
            log.warning("the keys at %s could not be fetched: %s", self._url, error)
            return
        self._fetched_at = now


def _parsed(entry: object) -> PublicKey | None:
    try:
        return PublicKey.model_validate(entry)
    except ValidationError:
        return None
