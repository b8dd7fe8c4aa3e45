"""Sends REST requests for gold questions that the server makes from the clips of a submission.

Each question compares a clip of the submission with a wrong clip, such as a clip in which nothing moves.
"""

from collections.abc import Sequence
from urllib.parse import quote

from benchmark.client.transport import Transport
from benchmark.protocol import GoldKind, GoldStatus
from benchmark.wire.gold_clips import (
    GoldClipResponse,
    GoldClipsRequest,
    GoldClipsResponse,
    GoldDecisionRequest,
)
from benchmark.wire.tasks import TaskResponse
from benchmark.wire.validation import checked_request


class GoldClipApi:
    """The methods of `client.gold_clips`."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def make(
        self, submission_id: str, *, count: int = 12, kinds: Sequence[GoldKind] = tuple(GoldKind)
    ) -> TaskResponse:
        """Start a task that makes wrong clips from the clips of a final submission.

        `client.tasks.wait` waits until the task ends.
        """
        request = checked_request(GoldClipsRequest, count=count, kinds=list(kinds))
        return self._transport.post(_path(submission_id), TaskResponse, request, repeatable=False)

    def list(self, submission_id: str) -> GoldClipsResponse:
        """Return the proposed gold questions of a submission."""
        return self._transport.get(_path(submission_id), GoldClipsResponse)

    def decide(self, submission_id: str, pair_id: str, status: GoldStatus) -> GoldClipResponse:
        """Confirm or reject a gold question; studies ask only confirmed questions."""
        path = f"{_path(submission_id)}/{quote(pair_id, safe='')}"
        return self._transport.put(path, GoldClipResponse, GoldDecisionRequest(status=status))

    def discard(self, submission_id: str) -> None:
        """Withdraw all wrong clips of a submission, so that you can make new wrong clips."""
        self._transport.delete(_path(submission_id), {})


def _path(submission_id: str) -> str:
    return f"/submissions/{quote(submission_id, safe='')}/gold-clips"
