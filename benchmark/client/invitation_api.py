"""Sends the REST requests that list and revoke the invitations of a study."""

from collections.abc import Sequence

from benchmark.client.page_iterator import all_pages
from benchmark.client.paths import study_path
from benchmark.client.transport import Transport
from benchmark.wire.invitations import InvitationListResponse, InvitationResponse


class InvitationApi:
    """The methods of `client.invitations`. `client.studies.invite` creates invitation links."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def list(self, study: str) -> Sequence[InvitationResponse]:
        """Return the invitations of a study, newest first, without their links."""
        path = f"{study_path(study)}/invitations"
        return [
            each
            for page in all_pages(self._transport, path, InvitationListResponse)
            for each in page.invitations
        ]

    def revoke(self, study: str, invitation_id: int) -> InvitationResponse:
        """Revoke an invitation: the link stops working, and its annotator can no longer vote.

        Votes that the annotator has cast are kept and still count.
        """
        path = f"{study_path(study)}/invitations/{invitation_id}/revoke"
        return self._transport.post(path, InvitationResponse)
