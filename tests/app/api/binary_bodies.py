"""Hooks of schemathesis: it cannot write a ZIP or an MP4, so it sends bytes that are neither."""

from typing import Any

import schemathesis


@schemathesis.serializer("application/zip", "video/mp4")
def send_bytes(_context: Any, value: Any) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode(errors="replace")
