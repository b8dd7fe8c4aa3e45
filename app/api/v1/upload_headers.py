"""Reads the headers of an upload: the job that the clip belongs to, and the length of the body."""

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


def declared_bytes(headers: Headers) -> int:
    """Return the declared length of the body in bytes; 0 if the request does not declare a length."""
    declared = headers.get("content-length", "")
    return int(declared) if declared.isascii() and declared.isdecimal() else 0
