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


class AuditCheckResponse(ResponseModel):
    """The result of a check that computes every hash of the audit log again.

    Attributes:
        events: number of events in the hash chain.
        head: the last hash of the chain, 64 hexadecimal digits. Store this hash at a place that the operators
            of the server cannot change. A later check with this hash shows whether the earlier events are
            unchanged.
        problems: a sentence for each place where the hash chain is broken.
    """

    events: int
    head: str
    problems: list[str]


class AuditEventsResponse(PageResponse):
    events: list[AuditEventResponse]
