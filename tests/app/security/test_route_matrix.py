"""Every route against every principal, generated from the table of routes in docs/api.md.

A test compares that table with the routes that the application serves. Everything belongs to Alice and is
private. `make test` tries every sixth row, `make prove` every row.
"""

import re

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import func, select

from app.context import AppContext
from app.tables import Base
from benchmark.protocol import Role
from tests.app.api.conftest import client_of
from tests.app.api.test_documented import DOCUMENT, ROW
from tests.app.security.test_key_limits import PARAMETERS, REQUIRED_QUERIES
from tests.cast import BENCHMARK, Cast, enter, make_actor

API = "/api/v1"
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
    "researchers who see": OWNERS,
    "admin": {"ada"},
    "researcher, viewer, worker": {"alice", "charlie", "ada", "viewer", "worker"},
    "researcher, viewer": {"alice", "charlie", "ada", "viewer"},
    "researcher": {"alice", "charlie", "ada"},
    "worker": {"worker", "ada"},
    "the worker that holds": {"worker", "ada"},
    "annotator": {"annotator"},
}
# 422: the request has no body, and the route refused that before it looked at the role. Few cells may say so.
REFUSED = {401, 403, 404, 422}


def rows() -> list[tuple[Row, set[str]]]:
    """Return the rows that name principals, and whom each lets in. Open routes have tests of their own."""
    found = []
    for method, path, who, _answers in ROW.findall(DOCUMENT):
        # "; a worker that holds a job": a second way in, which depends on more than the principal.
        if "worker that holds a job" in who or "everybody if" in who or "as the results" in who:
            continue
        allowed = next((ALLOWED[start] for start in ALLOWED if who.startswith(start)), None)
        if allowed is not None:
            found.append(((method, path, who), allowed))
    return found


def address_of(path: str, cast: Cast) -> str:
    noun = path.removeprefix(API).split("/")[1]
    of_noun = {"models": "motif", "benchmarks": BENCHMARK}
    public_id = cast.submission_ids["motif"] if noun == "submissions" else "0" * 16
    values = PARAMETERS | {"slug": of_noun.get(noun, "motif-study"), "public_id": public_id, "side": "left"}
    names = re.findall(r"{(\w+)", path)
    filled = re.sub(r"{(\w+)[^}]*}", r"{\1}", path).format(**{name: values.get(name, "1") for name in names})
    return filled + REQUIRED_QUERIES.get(path.removeprefix(API), "")


def counts(context: AppContext) -> dict[str, int]:
    with context.database.read() as session:
        return {
            table.name: session.execute(select(func.count()).select_from(table)).scalar_one()
            for table in Base.metadata.sorted_tables
        }


@pytest.fixture
def principals(cast: Cast, context: AppContext) -> dict[str, TestClient]:
    study = cast.open_study()
    return {
        "visitor": client_of(context),
        "annotator": enter(client_of(context), study),
        "worker": client_of(context, make_actor(context, "gpu-box", Role.WORKER)),
        "viewer": client_of(context, make_actor(context, "victor", Role.VIEWER)),
        "charlie": client_of(context, cast.charlie),
        "alice": client_of(context, cast.alice),
        "ada": client_of(context, cast.ada),
    }


@pytest.mark.parametrize("every", [6, pytest.param(1, marks=pytest.mark.full_size)], ids=["part", "all"])
def test_every_cell_of_the_matrix(
    principals: dict[str, TestClient], cast: Cast, context: AppContext, every: int
) -> None:
    table = rows()
    assert len(table) > 150
    before, wrong, cells, by_input = counts(context), [], 0, 0
    for (method, path, who), allowed in table[::every]:
        address = address_of(path, cast)
        for name in PRINCIPALS:
            # What a permitted change does is tested with its feature; the voting page starts a lease.
            if name in allowed and (method != "GET" or name == "annotator"):
                continue
            answer = principals[name].request(method, address, follow_redirects=False)
            cells += 1
            by_input += name not in allowed and answer.status_code == 422
            if name not in allowed and answer.status_code not in REFUSED:
                wrong.append(f"{name} {method} {path} ({who}): {answer.status_code}")
            if name in allowed and answer.status_code in (401, 403):
                wrong.append(f"{name} {method} {path} ({who}): {answer.status_code}, but may")
    assert wrong == []
    assert cells > 1000 // every
    assert by_input < cells // 5
    assert counts(context) == before
