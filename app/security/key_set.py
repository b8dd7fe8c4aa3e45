"""Reads the public keys with which another server signs tokens: a crowd platform or a sign-in provider.

Source: RFC 7517 (JSON Web Key Set). Prolific asks clients to fetch its keys again at least daily
(docs.prolific.com/api-reference/well-known-endpoints/get-study-jwks, read 2026-11-30).
"""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ValidationError

from app.security.cached_document import CachedDocument


class PublicKey(BaseModel):
    """A public RSA key of a key set. The key set ignores keys of all other types."""

    kty: Literal["RSA"]
    kid: str
    n: str
    e: str
    alg: Literal["RS256"] = "RS256"
    use: Literal["sig"] = "sig"


class KeySet:
    """The key set at one URL.

    If a key id is unknown, the keys are fetched again, at most once in 30 seconds.
    """

    def __init__(self, url: str) -> None:
        self._document = CachedDocument(url, _parsed_keys)

    @property
    def url(self) -> str:
        return self._document.url

    def find(self, key_id: str, *, now: datetime) -> PublicKey | None:
        """Return the key with this id; None if the key set has no such key.

        Raises:
            DocumentUnavailable: the key set could not be fetched, and no key set of the last 24 hours is
                cached.
        """
        keys = self._document.get(now=now, is_outdated=lambda keys: key_id not in keys)
        return keys.get(key_id)


def _parsed_keys(content: bytes) -> Mapping[str, PublicKey]:
    document = json.loads(content)
    entries = document.get("keys") if isinstance(document, dict) else None
    if not isinstance(entries, list):
        raise ValueError("not a JSON Web Key Set")
    return {key.kid: key for entry in entries if (key := _parsed_key(entry)) is not None}


def _parsed_key(entry: object) -> PublicKey | None:
    try:
        return PublicKey.model_validate(entry)
    except ValidationError:
        return None
