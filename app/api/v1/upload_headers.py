"""Reads the headers of an upload: the job that the clip belongs to."""

import re
from dataclasses import dataclass

from starlette.datastructures import Headers

from app.errors import Invalid

_JOB = re.compile(r"[0-9a-f]{16}")
_ATTEMPT = re.compile(r"[1-9][0-9]{0,8}")


@dataclass(frozen=True)
class JobHeaders:
    """The job for which a clip is uploaded, and the attempt number."""

    id: str
    attempt: int


def read_job_headers(headers: Headers) -> JobHeaders | None:
    """Return the job that the headers name; None if both headers are missing.

    Raises:
        Invalid: one header is missing or malformed.
    """
    job, attempt = headers.get("ti2v-job"), headers.get("ti2v-attempt")
    if job is None and attempt is None:
        return None
    if job is None or attempt is None or not _JOB.fullmatch(job) or not _ATTEMPT.fullmatch(attempt):
        raise Invalid("Send both Ti2v-Job and Ti2v-Attempt, the id and attempt of the claimed job.")
    return JobHeaders(job, int(attempt))
