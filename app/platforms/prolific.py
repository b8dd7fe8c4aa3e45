"""Checks the signatures of Prolific's notifications, and translates Prolific's states of submissions.

The signature is an HMAC-SHA256 in base64; it covers the timestamp followed by the body. The header X-Event-ID
names the event and is the same if the event is sent again. The header X-Timestamp contains the time of the
event.

Sources: docs.prolific.com/api-reference/webhooks/verifying, .../idempotency-and-the-x-event-id-header and
.../handling-event-order-with-x-timestamp, read 2026-11-30.
"""

import base64
import hashlib
import hmac
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from app.errors import Invalid
from benchmark.protocol import SessionStatus

# The maximum age of a notification, and the maximum time by which its clock may be ahead of ours. The server
# refuses other notifications, because they may be replays.
MAX_AGE = timedelta(days=3)
MAX_AHEAD = timedelta(minutes=5)
# Prolific writes some states with a space, a hyphen or an underscore.
# Sources: docs.prolific.com/api-reference/submissions/get-submissions and
# .../studies/get-study-submissions, read 2026-11-30.
_STATES = {
    "RESERVED": SessionStatus.ACTIVE,
    "ACTIVE": SessionStatus.ACTIVE,
    "AWAITING REVIEW": SessionStatus.SUBMITTED,
    "APPROVED": SessionStatus.APPROVED,
    "REJECTED": SessionStatus.REJECTED,
    "RETURNED": SessionStatus.RETURNED,
    "TIMED OUT": SessionStatus.TIMED_OUT,
    "SCREENED OUT": SessionStatus.SCREENED_OUT,
}


@dataclass(frozen=True)
class SignedEvent:
    """The headers of a notification that has a valid signature. `at` is the time of the event."""

    event_id: str
    signature: str
    at: datetime


def signed_event(
    *, body: bytes, signature: str, timestamp: str, event_id: str, event_time: str, secret: str, now: datetime
) -> SignedEvent | None:
    """Return the headers of a notification; None if the signature is wrong, or the time is far from now.

    The signature covers neither `event_id` nor `event_time`. If the notification has no event id, its
    signature identifies the event. An event cannot be newer than its notification. A later `event_time` is
    therefore ignored.

    Raises:
        Invalid: `event_time` is neither empty nor a time in whole UNIX seconds.
    """
    sent_at = _time(timestamp)
    if sent_at is None or not now - MAX_AGE <= sent_at <= now + MAX_AHEAD:
        return None
    if not _is_signed(body, signature, timestamp, secret=secret):
        return None
    happened_at = _time(event_time) if event_time else sent_at
    if happened_at is None:
        raise Invalid("The header X-Timestamp must be a time in whole UNIX seconds.", code="invalid_field")
    return SignedEvent(event_id or signature, signature, min(happened_at, sent_at))


def session_status(state: str) -> SessionStatus | None:
    """Return this server's status for one of Prolific's states; None for an unknown state."""
    return _STATES.get(state.upper().replace("_", " ").replace("-", " "))


def _is_signed(body: bytes, signature: str, timestamp: str, *, secret: str) -> bool:
    digest = hmac.new(secret.encode(), timestamp.encode() + body, hashlib.sha256).digest()
    return hmac.compare_digest(base64.b64encode(digest), signature.encode())


def _time(timestamp: str) -> datetime | None:
    """Return a time in whole UNIX seconds; None if the text is malformed."""
    is_number = timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 11
    return datetime.fromtimestamp(int(timestamp), tz=UTC) if is_number else None
