"""Wire types of invitations: the request for invitation links, and the list of a study's invitations."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from benchmark.protocol import AnnotatorKind, InvitationStatus
from benchmark.wire.common import OneLine, PageResponse, RequestModel, ResponseModel

# The maximum number of links that one request creates.
MAX_INVITATIONS = 1000
# The database column has 200 characters; the number that is added to a label needs up to five of them.
InvitationLabel = Annotated[str, StringConstraints(strip_whitespace=True, max_length=190), OneLine]


# The kinds of annotators that a link can admit. Judges and imported annotators need no link.
InvitationKind = Literal[AnnotatorKind.PARTICIPANT, AnnotatorKind.PILOT, AnnotatorKind.PREVIEW]


class InvitationsRequest(RequestModel):
    """A request for invitation links. Votes from a `pilot` or `preview` link never count.

    `label` is a note about the people who get the links. If several links are created, each link's label gets
    a number.
    """

    count: Annotated[int, Field(ge=1, le=MAX_INVITATIONS)]
    kind: InvitationKind = AnnotatorKind.PARTICIPANT
    label: InvitationLabel = ""


class InvitationsResponse(ResponseModel):
    links: list[str]


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
