"""Logs events with fields.

Logs contain no prompts and no client addresses. While a comparison waits for its vote, no log line names the
models of its clips.
"""

import json
import logging
import sys
from contextvars import ContextVar
from datetime import UTC, datetime

# The id of the request that runs in this context; empty outside requests.
REQUEST_ID: ContextVar[str] = ContextVar("ti2v_request_id", default="")


def fields_of(record: logging.LogRecord) -> dict[str, object]:
    """Return the fields of a log record. Inside a request, the fields include the request's id."""
    request_id = REQUEST_ID.get()
    fields: dict[str, object] = {"request_id": request_id} if request_id else {}
    return fields | getattr(record, "fields", {})


class _JsonLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        event = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname.lower(),
            "event": record.getMessage(),
            **fields_of(record),
        }
        if record.exc_info:
            event["traceback"] = self.formatException(record.exc_info)
        return json.dumps(event, default=str)


class _Lines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        fields = " ".join(f"{name}={value}" for name, value in fields_of(record).items())
        line = f"{record.levelname.lower()} {record.getMessage()} {fields}".rstrip()
        return f"{line}\n{self.formatException(record.exc_info)}" if record.exc_info else line


def set_up_logging(log_format: str) -> None:
    """Write the service's log to stderr. The access log is written at level info."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_JsonLines() if log_format == "json" else _Lines())
    root = logging.getLogger("ti2v")
    root.handlers[:] = [handler]
    root.propagate = False
    # In a terminal, show problems and not every request.
    root.setLevel(logging.INFO if log_format == "json" else logging.WARNING)
