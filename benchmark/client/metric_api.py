"""Sends REST requests that measure the clips of submissions with suites of metrics, and read the scores."""

from urllib.parse import quote

from benchmark.client.transport import API, Transport
from benchmark.protocol import MetricFormat, SuiteName
from benchmark.wire.jobs import ChangedJobsResponse
from benchmark.wire.metrics import MeasureRequest, MetricTableResponse, SubmissionMetricsResponse


class MetricApi:
    """The methods of `client.metrics`.

    Name a submission by its id, or by `model` or `model@label`.
    """

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def measure(self, submission: str, suite: SuiteName, *, priority: int = 0, again: bool = False) -> int:
        """Queue a job for each clip that was not measured with the suite; return the number of queued jobs.

        If `again` is set, clips that already have scores are measured again.
        """
        request = MeasureRequest(suite=suite, priority=priority, again=again)
        return self._transport.post(_path(submission), ChangedJobsResponse, request).jobs

    def progress(self, submission: str) -> SubmissionMetricsResponse:
        """For every suite, return the number of jobs with each status, and the failed clips."""
        return self._transport.get(_path(submission), SubmissionMetricsResponse)

    def scores(self, submission: str, suite: SuiteName) -> MetricTableResponse:
        """Return the mean of each metric over pairs, and the scores of each clip."""
        return self._transport.get(f"{_path(submission)}/{suite}", MetricTableResponse)

    def export(self, submission: str, suite: SuiteName, file_format: MetricFormat) -> bytes:
        """Return the scores as a file, in the format that `ti2v metrics` writes for a folder of clips."""
        return self._transport.download(f"{API}{_path(submission)}/{suite}.{file_format}")


def _path(submission: str) -> str:
    return f"/submissions/{quote(submission, safe='@')}/metrics"
