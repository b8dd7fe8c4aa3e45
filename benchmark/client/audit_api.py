"""Sends the REST request that lists the audit log."""

from collections.abc import Iterator

from benchmark.client.page_iterator import all_pages
from benchmark.client.transport import Transport
from benchmark.wire.audit_log import AuditEventResponse, AuditEventsResponse


class AuditApi:
    """The methods of `client.audit_events`."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def list(
        self, *, actor: str | None = None, action: str | None = None, subject: str | None = None
    ) -> Iterator[AuditEventResponse]:
        """Yield the audit log, newest first. Researchers get their own actions and their studies' events.

        Args:
            actor: the name of the person who acted.
            action: a whole action, such as `study.open`, or its beginning, such as `study`.
            subject: the slug, id or name of what was changed.
        """
        query = {"actor": actor, "action": action, "subject": subject}
        for page in all_pages(self._transport, "/audit-events", AuditEventsResponse, query):
            yield from page.events
