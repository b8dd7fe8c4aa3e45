"""Where job commands do their work: on a server over REST, or on the database of this machine.

Both give the answers of the REST API.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from urllib.parse import quote

from pydantic import ValidationError
from sqlalchemy.orm import Session

from app.api.v1.jobs import asked_answer, job_answer, jobs_answer
from app.cli.http import JsonObject, Server, open_server
from app.cli.local import OPERATOR, open_database, open_settings, operator
from app.clock import utc_now
from app.database import Database
from app.errors import Invalid
from app.jobs import service
from app.jobs.queries import JobFilter, listed_job
from app.jobs.requests import ask
from app.security.identity import Principal
from app.tables.jobs import Job
from app.tables.submissions import Submission
from benchmark.protocol import JobStatus, Role
from benchmark.wire.jobs import CreateJobsRequest

JOBS_A_PAGE = 500


class Change(StrEnum):
    """What can be done to a job, or to all of a submission's."""

    CANCEL = "cancel"
    RETRY = "retry"


class JobsDesk(Protocol):
    """What both places can do."""

    def create(self, body: Mapping[str, object]) -> JsonObject: ...

    def page(self, query: Mapping[str, str], cursor: str | None) -> JsonObject:
        """Return a page of jobs with the counts by status."""

    def change_job(self, change: Change, job_id: str) -> JsonObject: ...

    def change_all(self, change: Change, submission_id: str) -> JsonObject: ...


class RemoteDesk:
    """Works on a server."""

    def __init__(self, server: Server) -> None:
        self._server = server

    def create(self, body: Mapping[str, object]) -> JsonObject:
        # Asked twice it makes nothing twice.
        return self._server.post("/jobs", body)

    def page(self, query: Mapping[str, str], cursor: str | None) -> JsonObject:
        more: dict[str, str | int] = {"limit": JOBS_A_PAGE, **query}
        if cursor is not None:
            more["cursor"] = cursor
        page: JsonObject = self._server.get("/jobs", **more)
        return page

    def change_job(self, change: Change, job_id: str) -> JsonObject:
        return self._server.post(f"/jobs/{quote(job_id, safe='')}/{change}")

    def change_all(self, change: Change, submission_id: str) -> JsonObject:
        return self._server.post(f"/jobs/{change}", {"submission": submission_id})


class LocalDesk:
    """Works on the database; whoever may open its file acts as an admin."""

    _reader = Principal(0, OPERATOR, Role.ADMIN)

    def __init__(self, database: Database) -> None:
        self._database = database

    def create(self, body: Mapping[str, object]) -> JsonObject:
        asked = _checked(body)
        now = utc_now()
        with self._database.write() as session:
            made = ask(session, request=asked, principal=operator(session, now=now), now=now)
            return asked_answer(made).model_dump(mode="json")

    def page(self, query: Mapping[str, str], cursor: str | None) -> JsonObject:
        status = query.get("status")
        wanted = JobFilter(query.get("submission"), query.get("model"), JobStatus(status) if status else None)
        with self._database.read() as session:
            page = jobs_answer(session, self._reader, wanted, after=int(cursor or 0), limit=JOBS_A_PAGE)
            return page.model_dump(mode="json")

    def change_job(self, change: Change, job_id: str) -> JsonObject:
        now = utc_now()
        with self._database.write() as session:
            job = service.find_job(session, public_id=job_id, principal=self._reader)
            _CHANGE_JOB[change](session, job=job, now=now)
            return job_answer(listed_job(session, job)).model_dump(mode="json")

    def change_all(self, change: Change, submission_id: str) -> JsonObject:
        now = utc_now()
        with self._database.write() as session:
            submission = service.find_submission(session, public_id=submission_id, principal=self._reader)
            return {"jobs": _CHANGE_ALL[change](session, submission=submission, now=now)}


class _ChangeJob(Protocol):
    def __call__(self, session: Session, *, job: Job, now: datetime) -> None: ...


class _ChangeAll(Protocol):
    def __call__(self, session: Session, *, submission: Submission, now: datetime) -> int: ...


_CHANGE_JOB: Mapping[Change, _ChangeJob] = {
    Change.CANCEL: service.cancel_job,
    Change.RETRY: service.retry_job,
}
_CHANGE_ALL: Mapping[Change, _ChangeAll] = {
    Change.CANCEL: service.cancel_jobs,
    Change.RETRY: service.retry_jobs,
}


@contextmanager
def open_desk(server: str | None, key: str | None) -> Iterator[JobsDesk]:
    """Yield the server's desk where a server is named, else that of this machine's database."""
    if server:
        with open_server(server, key) as opened:
            yield RemoteDesk(opened)
    else:
        with open_database(open_settings()) as database:
            yield LocalDesk(database)


def _checked(body: Mapping[str, object]) -> CreateJobsRequest:
    """Check what is asked for as the REST API does."""
    try:
        return CreateJobsRequest.model_validate(body)
    except ValidationError as error:
        wrong = error.errors()[0]
        field = ".".join(map(str, wrong["loc"]))
        raise Invalid(f"{field}: {wrong['msg']}.") from error
