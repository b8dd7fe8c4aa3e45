"""Hooks for schemathesis: they send bodies for ZIP and MP4, and prevent a request that revokes its key."""

import os
from typing import Any

import schemathesis


@schemathesis.serializer("application/zip", "video/mp4")
def send_bytes(_context: Any, value: Any) -> bytes:
    """Send arbitrary bytes, because schemathesis cannot create ZIP or MP4 files."""
    return value if isinstance(value, bytes) else str(value).encode(errors="replace")


@schemathesis.hook
def before_call(_context: Any, case: Any, _kwargs: Any) -> None:
    """Replace the id of schemathesis' own key; without this key, all later requests would be refused."""
    own = os.environ["TI2V_TEST_KEY_ID"]
    if case.operation.path.endswith("/keys/{key_id}") and str(case.path_parameters.get("key_id")) == own:
        case.path_parameters["key_id"] = 2**62
