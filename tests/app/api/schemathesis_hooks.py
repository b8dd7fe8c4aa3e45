"""Hooks of schemathesis: bodies that it cannot write, and a request that would end its own access."""

import os
from typing import Any

import schemathesis


@schemathesis.serializer("application/zip", "video/mp4")
def send_bytes(_context: Any, value: Any) -> bytes:
    """Send bytes that are neither ZIP nor MP4."""
    return value if isinstance(value, bytes) else str(value).encode(errors="replace")


@schemathesis.hook
def before_call(_context: Any, case: Any, _kwargs: Any) -> None:
    """Keep the key of schemathesis: without it, the server would refuse all later requests."""
    own = os.environ["TI2V_TEST_KEY_ID"]
    if case.operation.path.endswith("/keys/{key_id}") and str(case.path_parameters.get("key_id")) == own:
        case.path_parameters["key_id"] = 2**62
