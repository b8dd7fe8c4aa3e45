"""Wire types for the audit log."""

from datetime import datetime
from typing import Any

from benchmark.wire.common import PageResponse, ResponseModel


class AuditEventResponse(ResponseModel):
    """A change, the person who made the change, and the time.

    Attributes:
        actor: the name of a person; `command line` for commands on the server, `rules` for quality rules, and
            `server` for background tasks.
        action: what was done, such as `study.open`.
        subject: the slug, id or name of the changed object.
    """

    id: int
    at: datetime
    actor: str
    action: str
    subject: str
    details: dict[str, Any]


class AuditEventsResponse(PageResponse):
    events: list[AuditEventResponse]
