"""Wire types for gold questions that the server makes from the clips of a submission."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from benchmark.protocol import GoldKind, GoldStatus
from benchmark.wire.common import RequestModel, ResponseModel

MAX_GOLD_CLIPS = 24


class GoldClipsRequest(RequestModel):
    """A request to make `count` wrong clips for gold questions, with the `kinds` in rotation."""

    count: Annotated[int, Field(ge=1, le=MAX_GOLD_CLIPS)] = 12
    kinds: Annotated[list[GoldKind], Field(min_length=1, max_length=len(GoldKind))] = Field(
        default_factory=lambda: list(GoldKind)
    )


class GoldDecisionRequest(RequestModel):
    status: GoldStatus


class GoldClipResponse(ResponseModel):
    """A proposed gold question.

    The correct answer is the submission's own clip. The other clip is deliberately wrong; `kind` says how.
    """

    pair: str
    prompt: str
    kind: GoldKind
    status: GoldStatus
    decided_at: datetime | None


class GoldClipsResponse(ResponseModel):
    """The gold questions that the server made from the clips of a submission.

    The server stores the wrong clips as a second submission; `submission` is the id of that submission. If
    the server made no wrong clips, `submission` is null and `clips` is empty.
    """

    submission: str | None
    clips: list[GoldClipResponse]
