"""Checks the signatures of Prolific's notifications.

The signature is the base64 form of the HMAC-SHA256 of the timestamp followed by the body.

Source: docs.prolific.com/api-reference/webhooks/verifying, read 2026-11-30.
"""

import base64
import hashlib
import hmac
from datetime import UTC, datetime, timedelta

# A notification that is older, or comes from a clock that is further ahead, may be a replay.
MAX_AGE = timedelta(days=3)
MAX_AHEAD = timedelta(minutes=5)


def is_signed(body: bytes, signature: str, timestamp: str, *, secret: str) -> bool:
    """Return whether the signature belongs to the body and the timestamp."""
    digest = hmac.new(secret.encode(), timestamp.encode() + body, hashlib.sha256).digest()
    return hmac.compare_digest(base64.b64encode(digest), signature.encode())


def signed_at(timestamp: str, *, now: datetime) -> datetime | None:
    """Return a notification's time in UNIX seconds; None if it is malformed or far from the current time."""
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12):
        return None
    at = datetime.fromtimestamp(int(timestamp), tz=UTC)
    return at if now - MAX_AGE <= at <= now + MAX_AHEAD else None
