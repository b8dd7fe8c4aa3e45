"""Moves a worker of Mechanical Turk from the frame of a HIT to a new tab.

Some browsers block every cookie inside a frame of another site. In these browsers, the page in the frame
links to a new tab. The link contains a token instead of the worker's ids, and the token names the annotator.
"""

import hmac
import re
from datetime import UTC, datetime, timedelta

from app.security.tokens import derived_token

# A HIT can stay open for hours before the worker continues.
LIFETIME = timedelta(hours=24)
HANDOVER = r"^[0-9]{1,18}\.[0-9]{1,11}\.[0-9a-f]{64}$"


def handover_token(signing_key: bytes, *, annotator_id: int, now: datetime) -> str:
    expires = int((now + LIFETIME).timestamp())
    return f"{annotator_id}.{expires}.{_signature(signing_key, annotator_id, expires)}"


def handed_over(signing_key: bytes, token: str, *, now: datetime) -> int | None:
    """Return the id of the annotator whom a token names; None if the token is forged or has expired."""
    if re.match(HANDOVER, token) is None:
        return None
    annotator_id, expires, signature = token.split(".")
    expected = _signature(signing_key, int(annotator_id), int(expires))
    is_valid = hmac.compare_digest(signature, expected) and now < datetime.fromtimestamp(int(expires), tz=UTC)
    return int(annotator_id) if is_valid else None


def _signature(signing_key: bytes, annotator_id: int, expires: int) -> str:
    return derived_token(signing_key, f"handover of annotator {annotator_id} until {expires}")
