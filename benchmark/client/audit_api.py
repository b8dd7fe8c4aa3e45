"""Sends the REST requests that list and check the audit log."""

from collections.abc import Iterator

from benchmark.client.page_iterator import all_pages
from benchmark.client.transport import Transport
from benchmark.wire.audit_log import AuditCheckResponse, AuditEventResponse, AuditEventsResponse


class AuditApi:
    """The methods of `client.audit_events`."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def list(
        self, *, actor: str | None = None, action: str | None = None, subject: str | None = None
    ) -> Iterator[AuditEventResponse]:
        """Yield the audit log, newest event first.

        A researcher gets their own actions and the events of their own studies.

        Args:
            actor: the name of the person who performed the action.
            action: the name of an action, such as `study.open`, or the start of a name, such as `study`.
            subject: the slug, id or name of the changed object.
        """
        query = {"actor": actor, "action": action, "subject": subject}
        for page in all_pages(self._transport, "/audit-events", AuditEventsResponse, query):
            yield from page.events

    def check(self, *, head: str | None = None) -> AuditCheckResponse:
        """Compute every hash of the audit log again; only for admins.

        Args:
            head: the last hash of an earlier check, 64 hexadecimal digits. The server checks that the chain
                still contains this hash.
        """
        query = {"head": head} if head else {}
        return self._transport.get("/audit-events/check", AuditCheckResponse, query)
