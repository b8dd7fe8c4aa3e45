"""Import of votes tables over REST: the same checks as in `ti2v votes import`."""

from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import event
from sqlalchemy.orm import Session

from app.context import AppContext
from app.errors import ReadOnlyDatabase
from app.main import API
from app.server import TASK_HANDLERS
from app.tasks.runner import TaskRunner
from benchmark.client.client import Client
from tests.acting import refused
from tests.app.api.conftest import client_of
from tests.cast import BENCHMARK, PAIR_IDS, Cast, set_the_stage
from tests.conftest import serving

CSV = {"Content-Type": "text/csv"}
COLUMNS = {"pair": "item", "left": "a", "right": "b", "chosen": "answer", "annotator": "who"}


def table(*, models: tuple[str, str] = ("one", "two"), pairs: tuple[str, ...] = PAIR_IDS) -> str:
    rows = [f"{pair},{models[0]},{models[1]},left,person-{number}" for pair in pairs for number in range(3)]
    return "\n".join(["item,a,b,answer,who", *rows]) + "\n"


def send(client: TestClient, body: str, **query: str) -> Any:
    mapped = [("map", f"{ours}={theirs}") for ours, theirs in COLUMNS.items()]
    params = [("study", "elsewhere"), ("benchmark", BENCHMARK), *mapped, *query.items()]
    return client.post(f"{API}/votes", params=params, content=body, headers=CSV)


def finished(context: AppContext, client: TestClient, answer: Any) -> dict[str, Any]:
    assert answer.status_code == 202, answer.text
    TaskRunner(context, TASK_HANDLERS).run_waiting()
    task: dict[str, Any] = client.get(answer.headers["location"]).json()
    assert not list((context.settings.home / "imports").glob("*"))
    assert not list((context.settings.home / "media" / "imports").glob("*"))
    return task


@pytest.fixture
def bob(context: AppContext, cast: Cast) -> TestClient:
    return client_of(context, cast.bob)


def test_a_table_becomes_a_closed_study_of_its_sender(either_installation: AppContext) -> None:
    cast = set_the_stage(either_installation, pairs=1)
    bob = client_of(cast.context, cast.bob)

    dry = finished(cast.context, bob, send(bob, table(), dry_run="true"))
    task = finished(cast.context, bob, send(bob, table(), title="Votes of last year"))
    again = finished(cast.context, bob, send(bob, table()))

    size = {"votes": 18, "matchups": 1, "annotators": 3}
    results = [each["result"] for each in (dry, task, again)]
    assert results == [size | {"imported": imported} for imported in (False, True, False)]
    study = bob.get(f"{API}/studies/elsewhere").json()
    assert (study["title"], study["kind"], study["status"]) == ("Votes of last year", "imported", "closed")
    assert bob.get(f"{API}/studies/elsewhere/check").json() == {"differences": []}
    refused(client_of(cast.context, cast.charlie).get(f"{API}/studies/elsewhere"), 404, "not_found")


def test_all_problems_are_listed_and_nothing_is_imported(context: AppContext, bob: TestClient) -> None:
    task = finished(context, bob, send(bob, table(pairs=("unknown", "also-unknown"))))

    assert task["status"] == "failed"
    assert len(task["problems"]) == 6
    assert task["problems"][0].startswith("line 2, column item:")
    refused(bob.get(f"{API}/studies/elsewhere"), 404, "not_found")


@pytest.mark.parametrize("body", ["item,a\n", "\x00", "item,a,b,answer,who\n", '{"item": 1}', "é\udcff"])
def test_a_table_of_another_form_is_a_failed_task(context: AppContext, bob: TestClient, body: str) -> None:
    answer = send(bob, body.encode("utf-8", "surrogatepass"))  # type: ignore[arg-type]  # bytes as well

    task = finished(context, bob, answer)

    assert task["status"] == "failed"
    assert task["error"]
    assert "unexpected" not in task["error"]


def test_a_database_that_is_read_only_for_a_while_delays_the_import(
    context: AppContext, bob: TestClient
) -> None:
    answer = send(bob, table())
    runner = TaskRunner(context, TASK_HANDLERS)
    writes = 0

    def read_only_at_the_second_write(_session: Session, _context: object, _instances: object) -> None:
        nonlocal writes
        writes += 1
        if writes == 2:
            raise ReadOnlyDatabase

    event.listen(Session, "before_flush", read_only_at_the_second_write)
    try:
        runner.run_waiting()
    finally:
        event.remove(Session, "before_flush", read_only_at_the_second_write)
    task = bob.get(answer.headers["location"]).json()
    assert (task["status"], writes > 1) == ("queued", True)
    assert list((context.settings.home / "media" / "imports").glob("*"))


def test_votes_on_a_hidden_model_of_somebody_else_are_refused(context: AppContext, bob: TestClient) -> None:
    task = finished(context, bob, send(bob, table(models=("motif", "two"))))

    assert (task["status"], task["problems"]) == ("failed", ["motif"])


def test_a_study_of_that_name_is_never_changed(context: AppContext, cast: Cast) -> None:
    cast.open_study("elsewhere")
    alice = client_of(context, cast.alice)

    task = finished(context, alice, send(alice, table()))

    assert task["status"] == "failed"
    assert "already exists" in task["error"]


def test_a_wrong_request_is_refused_before_its_body(bob: TestClient) -> None:
    good = [("study", "a"), ("benchmark", BENCHMARK)]
    for mapping in ([], ["pair"], ["canary=x"], ["pair=a", "pair=b"], ["status=a"], ["pair=item"]):
        params = [*good, *(("map", each) for each in mapping)]
        answer = bob.post(f"{API}/votes", params=params, content="x", headers=CSV)
        refused(answer, 422, "invalid_field")
        assert "canary" not in answer.text
    refused(send(bob, "", title="t"), 422, "empty")
    refused(send(bob, table(), answers="maybe"), 422, "invalid_field")
    wrong = bob.post(
        f"{API}/votes",
        params=[*good, *(("map", f"{ours}={theirs}") for ours, theirs in COLUMNS.items())],
        content="x",
        headers={"Content-Type": "application/vnd.apache.parquet"},
    )
    refused(wrong, 415, "wrong_media_type")


def test_an_unknown_benchmark_is_404(bob: TestClient) -> None:
    params = [("study", "a"), ("benchmark", "none"), *(("map", f"{a}={b}") for a, b in COLUMNS.items())]

    refused(bob.post(f"{API}/votes", params=params, content="x", headers=CSV), 404, "unknown_benchmark")


def test_the_python_client_imports_votes(context: AppContext, cast: Cast, tmp_path: Any) -> None:
    path = tmp_path / "votes.csv"
    path.write_text(table())

    with (
        serving(context) as address,
        TaskRunner(context, TASK_HANDLERS).running(),
        Client(address, cast.bob.key) as client,
    ):
        queued = client.imports.votes(path, study="elsewhere", benchmark=BENCHMARK, columns=COLUMNS)
        task = client.tasks.wait(queued.id, every_s=0.1)

        assert task.result is not None
        assert task.result["votes"] == 18
        assert client.studies.get("elsewhere").votes == 18
