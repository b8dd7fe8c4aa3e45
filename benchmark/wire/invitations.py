"""Wire types of the register of a study's invitations."""

from datetime import datetime

from benchmark.protocol import AnnotatorKind, InvitationStatus
from benchmark.wire.common import PageResponse, ResponseModel


class InvitationResponse(ResponseModel):
    """An invitation without its link; only the response to the request that creates links has the link.

    `annotator` is the pseudonym of the annotator who opened the link; null until the link is opened. `votes`
    counts the annotator's votes; `last_seen_at` is the time of the annotator's last assignment or vote.
    """

    id: int
    label: str
    kind: AnnotatorKind
    status: InvitationStatus
    annotator: str | None
    votes: int
    created_at: datetime
    opened_at: datetime | None
    last_seen_at: datetime | None
    revoked_at: datetime | None


class InvitationListResponse(PageResponse):
    invitations: list[InvitationResponse]
