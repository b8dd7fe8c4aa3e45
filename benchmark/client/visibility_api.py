"""Sends REST requests that read and set the visibility of a benchmark, a submission or a study."""

from collections.abc import Sequence
from urllib.parse import quote

from benchmark.client.transport import Transport
from benchmark.protocol import ShareSubject, Visibility
from benchmark.wire.visibility import VisibilityRequest, VisibilityResponse

_NOUNS = {
    ShareSubject.BENCHMARK: "benchmarks",
    ShareSubject.SUBMISSION: "submissions",
    ShareSubject.STUDY: "studies",
}


class VisibilityApi:
    """The methods of `client.visibility`."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def get(self, subject: ShareSubject, name: str) -> VisibilityResponse:
        """Return the visibility of a benchmark, submission or study that you own.

        Args:
            subject: whether `name` refers to a benchmark, a submission or a study.
            name: the slug, or the id of a submission.
        """
        return self._transport.get(_path(subject, name), VisibilityResponse)

    def set(
        self, subject: ShareSubject, name: str, visibility: Visibility, people: Sequence[str] = ()
    ) -> VisibilityResponse:
        """Set the visibility. `people` replaces the list of people with whom the object is shared."""
        request = VisibilityRequest(visibility=visibility, people=tuple(people))
        return self._transport.put(_path(subject, name), VisibilityResponse, request)


def _path(subject: ShareSubject, name: str) -> str:
    return f"/{_NOUNS[subject]}/{quote(name, safe='')}/visibility"
