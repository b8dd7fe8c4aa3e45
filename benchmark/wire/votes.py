"""Wire types for voting: the next assignment, and requests to vote, skip and undo."""

from datetime import datetime
from typing import Annotated

from pydantic import Field, field_validator

from benchmark.protocol import Choice, Justification, PlaybackKind, SkipReason
from benchmark.wire.common import RequestModel, ResponseModel, Token


class NextAssignmentRequest(RequestModel):
    """A request for the open assignment, or for the next assignment after the one with the token `after`."""

    after: Token | None = None


class AssignmentResponse(ResponseModel):
    token: str
    prompt: str
    image_url: str
    left_url: str
    right_url: str
    expires_at: datetime
    done: int
    total: int
    fps: float
    frames: int
    width: int
    height: int


class PreviousVote(ResponseModel):
    choice: Choice
    justifications: list[Justification]


class UndoResponse(AssignmentResponse):
    previous: PreviousVote


# The most events in one request, and the most events that the server stores for one assignment.
MAX_PLAYBACK_BATCH = 100
MAX_PLAYBACK_EVENTS = 2000
# One day, because a page may stay open for a long time.
MAX_PLAYBACK_MS = 86_400_000
Milliseconds = Annotated[int, Field(ge=0, le=2**31 - 1)]


class VoteRequest(RequestModel):
    """A vote. With `next`, the response also has the assignment that the annotator gets next."""

    choice: Choice
    justifications: Annotated[tuple[Justification, ...], Field(max_length=len(Justification))] = ()
    decision_ms: Milliseconds | None = None
    left_watched_ms: Milliseconds | None = None
    right_watched_ms: Milliseconds | None = None
    next: NextAssignmentRequest | None = None

    @field_validator("justifications")
    @classmethod
    def _each_once(cls, ticked: tuple[Justification, ...]) -> tuple[Justification, ...]:
        if len(set(ticked)) < len(ticked):
            raise ValueError("name each justification at most once")
        return ticked


class PlaybackEventRequest(RequestModel):
    """An event of one clip.

    `at_ms` is the time since the page showed the comparison; `position_ms` is the position in the clip.
    """

    clip: Choice
    kind: PlaybackKind
    at_ms: Annotated[int, Field(ge=0, le=MAX_PLAYBACK_MS)]
    position_ms: Annotated[int, Field(ge=0, le=MAX_PLAYBACK_MS)]


class PlaybackRequest(RequestModel):
    """A batch of playback events in chronological order.

    Attributes:
        view: a random number that identifies the page view in which the events happened.
        first: the number of the first event of the batch; the events of a view are numbered from 0.
    """

    view: Annotated[int, Field(ge=0, le=2**31 - 1)]
    first: Annotated[int, Field(ge=0, lt=MAX_PLAYBACK_EVENTS)]
    events: Annotated[tuple[PlaybackEventRequest, ...], Field(min_length=1, max_length=MAX_PLAYBACK_BATCH)]


class VoteResponse(ResponseModel):
    """A stored vote.

    `next` is None if the request did not ask for the next assignment, or if no comparison is left.
    """

    choice: Choice
    justifications: list[Justification]
    cast_at: datetime
    next: AssignmentResponse | None = None


class SkipRequest(RequestModel):
    reason: SkipReason
