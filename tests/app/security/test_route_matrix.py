"""Permissions of every principal on every route, generated from the table of routes in docs/api.md.

Another test compares this table with the routes of the application. All objects belong to Alice and are
private. `make test` tries every sixth row, `make prove` every row.
"""

import re
from dataclasses import dataclass

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import func, select, update

from app.context import AppContext
from app.tables import Base
from app.tables.bench import Benchmark
from app.tables.people import Person
from benchmark.protocol import Role
from tests.acting import assign
from tests.app.api.conftest import client_of
from tests.app.api.test_documented import DOCUMENT, ROW
from tests.app.jobs.acting import WorkerProgram, ask
from tests.app.security.test_key_limits import REQUIRED_QUERIES
from tests.cast import BENCHMARK, PAIR_IDS, Cast, enter, make_actor

API = "/api/v1"
STUDY, ANNOTATOR, BATCH = "motif-study", "annotator-001", "b" * 43
Row = tuple[str, str, str]
PRINCIPALS = ("visitor", "annotator", "worker", "viewer", "charlie", "alice", "ada")
OWNERS = {"alice", "ada"}
# The beginning of the column "who" of a row, and the principals whom the route lets in.
ALLOWED = {
    "the study's owner": OWNERS,
    "the submission's owner": OWNERS,
    "the model's owner": OWNERS,
    "the benchmark's owner": OWNERS,
    "people who see": OWNERS,
    "who sees the study": OWNERS,
    "as the results": OWNERS,
    "researchers who see": OWNERS,
    "admin": {"ada"},
    "researcher, viewer, worker": {"alice", "charlie", "ada", "viewer", "worker"},
    "researcher, viewer": {"alice", "charlie", "ada", "viewer"},
    "researcher": {"alice", "charlie", "ada"},
    "worker": {"worker", "ada"},
    "the worker that holds": {"worker", "ada"},
    "annotator": {"annotator"},
}
# Routes for people without an account. They have tests of their own.
OPEN = (
    "anyone",
    "a browser that comes back from the provider",
    "Prolific, with a signature",
    "participants of a crowd platform",
    "a worker of Mechanical Turk",
    "this machine; admin, viewer",
    "people who see the results of both studies; without two studies in the query",
)
# Addresses of objects that this test does not make: metrics that were measured.
MISSING = ("/metrics/{suite}", "/jobs/{public_id}/clip")


def rows() -> list[tuple[Row, set[str]]]:
    """Return the rows that name principals, each with its permitted principals."""
    found = []
    for method, path, who, _answers in ROW.findall(DOCUMENT):
        if not who.startswith(OPEN):
            starts = [start for start in ALLOWED if who.startswith(start)]
            assert starts, f"Add the beginning of {who!r} ({method} {path}) to ALLOWED or OPEN."
            found.append(((method, path, who), ALLOWED[starts[0]]))
    return found


def refusals(row: Row, name: str) -> set[int]:
    """Return the possible statuses of a refusal; 404 hides an object from people without permission."""
    method, path, who = row
    # The request has no body, and some routes of the API look at the body before the role.
    by_input = {422} if method != "GET" else set()
    if re.match(r"/jobs(/|$)", path):
        hidden = set(PRINCIPALS)
    elif who.startswith("annotator"):
        hidden = set(PRINCIPALS) if "{token}" in path else set()
    elif who.startswith(("admin", "worker", "the worker", "researcher, ")) or who == "researcher":
        hidden = set()
    else:
        hidden = {"charlie", "viewer"}
        # A worker sees the submissions of its jobs.
        hidden |= {"worker"} if path == f"{API}/submissions/{{public_id}}" else set()
    unknown = name in ("visitor", "annotator") or who.startswith("annotator")
    return by_input | ({401} if unknown else {403}) | ({404} if name in hidden else set())


@dataclass(frozen=True)
class World:
    """All principals, and existing objects for all names in the addresses."""

    clients: dict[str, TestClient]
    submission: str
    job: str
    token: str

    def address_of(self, path: str) -> str:
        noun = path.removeprefix(API).split("/")[1]
        public_id = self.job if noun == "jobs" and "/submissions/" not in path else self.submission
        values = {
            "slug": {"models": "motif", "benchmarks": BENCHMARK, "gallery": BENCHMARK}.get(noun, STUDY),
            "public_id": public_id,
            "submission_id": self.submission,
            "name": "charlie" if noun == "people" else ANNOTATOR,
            "annotator": ANNOTATOR,
            "other": "second-study",
            "pair_id": PAIR_IDS[0],
            "scenario": "kite",
            "token": self.token,
            "batch": BATCH,
            "suite": "motion",
            "table": "votes",
            "figure": "preferences",
            "file_format": "csv",
            "flag": "fast",
            "position": "left",
        } | dict.fromkeys(("number", "key_id", "task_id", "invitation_id", "assignment_id"), "1")
        filled = re.sub(r"{(\w+)[^}]*}", lambda found: values[found[1]], path)
        return filled + REQUIRED_QUERIES.get(path.removeprefix(API), "")


def counts(context: AppContext) -> dict[str, int]:
    """Return the number of rows of each table, except renditions, because viewing a clip creates them."""
    with context.database.read() as session:
        return {
            table.name: session.execute(select(func.count()).select_from(table)).scalar_one()
            for table in Base.metadata.sorted_tables
            if table.name != "renditions"
        }


@pytest.fixture
def world(cast: Cast, context: AppContext) -> World:
    with context.database.write() as session:
        owner = session.scalars(select(Person.id).where(Person.name == "alice")).one()
        session.execute(update(Benchmark).values(owner_id=owner))
    study = cast.open_study()
    cast.open_study("second-study")
    clients = {
        "visitor": client_of(context),
        "annotator": enter(client_of(context), study),
        "worker": client_of(context, make_actor(context, "gpu-box", Role.WORKER)),
        "viewer": client_of(context, make_actor(context, "victor", Role.VIEWER)),
        "charlie": client_of(context, cast.charlie),
        "alice": client_of(context, cast.alice),
        "ada": client_of(context, cast.ada),
    }
    token = assign(clients["annotator"], study)["token"]
    ask(clients["alice"])
    (job,) = WorkerProgram(clients["worker"]).claim()
    links = {"count": "1", "batch": BATCH}
    made = clients["alice"].post(f"/studies/{STUDY}/invitations", data=links, follow_redirects=False)
    assert made.status_code == 303, made.text
    return World(clients, cast.submission_ids["motif"], job["id"], token)


@pytest.mark.parametrize("every", [6, pytest.param(1, marks=pytest.mark.full_size)], ids=["part", "all"])
def test_every_cell_of_the_matrix(world: World, context: AppContext, every: int) -> None:
    table = rows()
    assert len(table) > 150
    before, wrong, cells, by_input = counts(context), [], 0, 0
    for row, allowed in table[::every]:
        method, path, who = row
        address = world.address_of(path)
        seen = set()
        for name in PRINCIPALS:
            # What a permitted change does is tested with its feature; the voting page starts a lease.
            if name in allowed and (method != "GET" or name == "annotator"):
                continue
            status = world.clients[name].request(method, address, follow_redirects=False).status_code
            cells += 1
            if name in allowed:
                seen.add(status)
                is_right = status not in (401, 403, 422)
            else:
                by_input += status == 422
                is_right = status in refusals(row, name)
            if not is_right:
                wrong.append(f"{name} {method} {path} ({who}): {status}")
        # Without this, every refusal of the row could mean that the object does not exist.
        if seen == {404} and not any(each in path for each in MISSING):
            wrong.append(f"{method} {address}: nobody finds it")
    assert wrong == [], "\n".join(wrong)
    assert cells > 1000 // every
    assert by_input < cells // 5
    assert counts(context) == before
