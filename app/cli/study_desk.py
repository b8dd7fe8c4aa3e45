"""Where study commands do their work: on a server over REST, or on the database of this machine.

Both give the answers of the REST API, so a command need not know which of them it has.
"""

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING, Protocol
from urllib.parse import quote

from pydantic import ValidationError
from sqlalchemy import select

from app.api.v1.studies import study_answer, study_plan
from app.benchmarks.service import find_benchmark
from app.cli.http import JsonObject, Server, open_server
from app.cli.local import OPERATOR, open_database, open_settings, operator
from app.cli.submission_refs import NamedSubmission
from app.clock import utc_now
from app.database import Database
from app.errors import Invalid
from app.results.exports import export_table
from app.results.live.recount import recount
from app.security.identity import Principal
from app.security.visibility import find_study
from app.settings import Settings
from app.studies import service
from app.tables.submissions import Submission, VideoModel
from benchmark.protocol import Role, StudyStatus, TableFormat, TableName
from benchmark.wire.studies import StudyRequest

if TYPE_CHECKING:
    from app.studies.service import Transition

VERBS: Mapping[StudyStatus, str] = {
    StudyStatus.OPEN: "open",
    StudyStatus.PAUSED: "pause",
    StudyStatus.CLOSED: "close",
}


class StudyDesk(Protocol):
    """What both places can do."""

    def submissions(self, benchmark: str) -> list[NamedSubmission]:
        """Return the submissions one may name as sides, of the benchmark's newest version."""

    def create(self, body: Mapping[str, object]) -> JsonObject: ...

    def transition(self, slug: str, to: StudyStatus) -> JsonObject: ...

    def status(self, slug: str) -> JsonObject: ...

    def invite(self, slug: str, count: int) -> list[str]:
        """Return invitation links."""

    def export(self, slug: str, table: str, file_format: str) -> AbstractContextManager[Iterator[bytes]]: ...


class RemoteDesk:
    """Works on a server."""

    def __init__(self, server: Server) -> None:
        self._server = server

    def submissions(self, benchmark: str) -> list[NamedSubmission]:
        version = self._server.get(f"/benchmarks/{quote(benchmark, safe='')}")["version"]
        return [
            NamedSubmission(row["id"], row["model"], row["label"])
            for row in self._server.get("/submissions")
            if (row["benchmark"], row["benchmark_version"]) == (benchmark, version)
        ]

    def create(self, body: Mapping[str, object]) -> JsonObject:
        return self._server.post("/studies", body, again=False)

    def transition(self, slug: str, to: StudyStatus) -> JsonObject:
        return self._server.post(f"{_path(slug)}/{VERBS[to]}")

    def status(self, slug: str) -> JsonObject:
        answer: JsonObject = self._server.get(_path(slug))
        return answer

    def invite(self, slug: str, count: int) -> list[str]:
        # Asked twice it would make twice as many; a lost answer loses only unused links.
        links: list[str] = self._server.post(f"{_path(slug)}/invitations", {"count": count}, again=False)[
            "links"
        ]
        return links

    def export(self, slug: str, table: str, file_format: str) -> AbstractContextManager[Iterator[bytes]]:
        return self._server.download(f"{_path(slug)}/exports/{table}.{file_format}")


class LocalDesk:
    """Works on the database; whoever may open its file acts as an admin."""

    _reader = Principal(0, OPERATOR, Role.ADMIN)

    def __init__(self, database: Database, settings: Settings) -> None:
        self._database = database
        self._settings = settings

    def submissions(self, benchmark: str) -> list[NamedSubmission]:
        with self._database.read() as session:
            newest = find_benchmark(session, benchmark)
            rows = session.execute(
                select(Submission.public_id, VideoModel.slug, Submission.label)
                .join(VideoModel, VideoModel.id == Submission.model_id)
                .where(Submission.benchmark_id == newest.id)
                .order_by(Submission.id)
            )
            return [NamedSubmission(*row) for row in rows]

    def create(self, body: Mapping[str, object]) -> JsonObject:
        asked = _checked(body)
        plan = study_plan(asked)
        now = utc_now()
        with self._database.write() as session:
            study = service.create_study(
                session,
                plan=plan,
                benchmark=find_benchmark(session, asked.benchmark),
                principal=operator(session, now=now),
                now=now,
            )
            return study_answer(session, study).model_dump(mode="json")

    def transition(self, slug: str, to: StudyStatus) -> JsonObject:
        now = utc_now()
        with self._database.write() as session:
            acting = operator(session, now=now)
            study = find_study(session, slug=slug, principal=acting, for_change=True)
            _MOVES[to](session, study=study, principal=acting, now=now)
            return study_answer(session, study).model_dump(mode="json")

    def status(self, slug: str) -> JsonObject:
        with self._database.read() as session:
            study = find_study(session, slug=slug, principal=self._reader)
            return study_answer(session, study).model_dump(mode="json")

    def invite(self, slug: str, count: int) -> list[str]:
        with self._database.write() as session:
            study = find_study(session, slug=slug, principal=self._reader, for_change=True)
            tokens = service.invite(session, study=study, count=count, now=utc_now())
        return [f"{self._settings.effective_public_url}/invite/{token}" for token in tokens]

    @contextmanager
    def export(self, slug: str, table: str, file_format: str) -> Iterator[Iterator[bytes]]:
        yield export_table(
            self._database,
            slug=slug,
            principal=self._reader,
            table=TableName(table),
            file_format=TableFormat(file_format),
        )

    def differences(self, slug: str) -> list[str]:
        """Return a sentence for every counter that differs from a recount of the votes."""
        with self._database.read() as session:
            return recount(session, find_study(session, slug=slug, principal=self._reader))


_MOVES: Mapping[StudyStatus, "Transition"] = {
    StudyStatus.OPEN: service.open_study,
    StudyStatus.PAUSED: service.pause_study,
    StudyStatus.CLOSED: service.close_study,
}


@contextmanager
def open_desk(server: str | None, key: str | None) -> Iterator[StudyDesk]:
    """Yield the server's desk where a server is named, else that of this machine's database."""
    if server:
        with open_server(server, key) as opened:
            yield RemoteDesk(opened)
    else:
        with open_local_desk() as desk:
            yield desk


@contextmanager
def open_local_desk() -> Iterator[LocalDesk]:
    settings = open_settings()
    with open_database(settings) as database:
        yield LocalDesk(database, settings)


def _path(slug: str) -> str:
    return f"/studies/{quote(slug, safe='')}"


def _checked(body: Mapping[str, object]) -> StudyRequest:
    """Check a study as the REST API does."""
    try:
        return StudyRequest.model_validate(body)
    except ValidationError as error:
        wrong = error.errors()[0]
        field = ".".join(map(str, wrong["loc"]))
        raise Invalid(f"{field}: {wrong['msg']}.", code="invalid") from error
