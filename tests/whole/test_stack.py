"""docker-compose.yml is valid, and the same processes run the main workflow without Docker."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import jsonschema
import pytest
import yaml
from sqlalchemy import func, select

from app.context import AppContext
from app.results.live.recount import recount
from app.settings import Settings
from app.tables.studies import Comparison
from app.tables.studies import Study as StudyRow
from app.tables.voting import Assignment, Vote
from tests.caddy import CADDY, needs_caddy
from tests.cast import Study, set_the_stage
from tests.conftest import settings_for
from tests.http_server import StandInHandler, running_http_server
from tests.postgres import Postgres
from tests.whole.stack import BUCKET, SECRET, Stack, running_stack, s3_environment, s3_server

ROOT = Path(__file__).resolve().parents[2]
ANNOTATORS = 8
VOTE = {"choice": "left", "justifications": ["object_motion"]}


def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    return found


def test_the_compose_file_follows_the_compose_specification() -> None:
    schema = json.loads(Path(__file__).with_name("compose-spec.json").read_text())

    jsonschema.Draft202012Validator(schema).validate(compose())

    wrong = compose()
    wrong["services"]["web"]["depends_on"]["upgrade"]["condition"] = "service_is_done"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(schema).validate(wrong)


def test_the_compose_file_names_existing_services_settings_and_files() -> None:
    services, volumes = compose()["services"], compose()["volumes"]
    known = {f"TI2V_{name}".upper() for name in Settings.model_fields}
    for name in ("web", "web2", "upgrade"):
        given = {key for key in services[name]["environment"] if key.startswith("TI2V_")}
        assert given <= known
    for name, service in services.items():
        assert set(service.get("depends_on", {})) <= set(services), name
        for volume in service.get("volumes", []):
            source = volume.partition(":")[0]
            assert source in volumes or (ROOT / source).exists(), volume
    upstream = {each.partition(":")[0] for each in services["proxy"]["environment"]["TI2V_UPSTREAM"].split()}
    assert upstream == {"web", "web2"} == set(services["proxy"]["depends_on"])


def owned_bucket(code: str) -> type[StandInHandler]:
    """An S3 store in which the bucket exists; SeaweedFS responds with 409 even to the owner of the bucket."""

    class OwnedBucket(StandInHandler):
        def answer(self, _: bytes) -> None:
            told = f"<Error><Code>{code}</Code><Message>It exists.</Message></Error>"
            self.respond(409, told.encode(), {"Content-Type": "application/xml"})

    return OwnedBucket


@pytest.mark.parametrize(
    ("code", "is_passed"),
    [("BucketAlreadyExists", True), ("BucketAlreadyOwnedByYou", True), ("OperationAborted", False)],
)
def test_the_upgrade_passes_if_the_bucket_exists(tmp_path: Path, code: str, is_passed: bool) -> None:
    _, command = compose()["services"]["upgrade"]["command"][1:]
    create = command.removesuffix("ti2v db upgrade\n")
    assert create != command
    with running_http_server(owned_bucket(code)) as address:
        environment = {**os.environ, **s3_environment(address), "AWS_MAX_ATTEMPTS": "1"}
        environment["PATH"] = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
        done = subprocess.run(
            ["sh", "-ec", create], env=environment, capture_output=True, text=True, timeout=60
        )

    assert (done.returncode == 0) == is_passed, done.stderr


@pytest.mark.parametrize("is_dumped", [True, False])
def test_old_dumps_stay_if_the_new_dump_fails(tmp_path: Path, is_dumped: bool) -> None:
    backups, programs = tmp_path / "backups", tmp_path / "bin"
    backups.mkdir()
    programs.mkdir()
    old = backups / "2020-01-01.dump"
    old.write_text("old")
    os.utime(old, (0, 0))
    # The loop ends at the first sleep.
    for name, script in {
        "pg_dump": f"touch {backups}/.new; {str(is_dumped).lower()}",
        "sleep": "kill $PPID",
    }.items():
        (programs / name).write_text(f"#!/bin/sh\n{script}\n")
        (programs / name).chmod(0o755)
    loop = compose()["services"]["backup"]["command"][0].replace("$$", "$").replace("/backups", str(backups))

    subprocess.run(
        ["sh", "-c", loop], env={"PATH": f"{programs}:{os.environ['PATH']}"}, timeout=60, check=False
    )

    assert old.exists() != is_dumped
    assert len(list(backups.glob("*.dump"))) == 1


@dataclass
class Voter:
    """An annotator behind the proxy, who repeats a request until it gets a response."""

    stack: Stack
    invitation: str
    acknowledged: dict[str, str] = field(default_factory=dict)
    # Answers that no client expects, and the number of repeated requests.
    odd: list[str] = field(default_factory=list)
    repeats: int = 0

    def run(self) -> None:
        with self.stack.client(follow_redirects=True) as client:
            self.send(lambda: client.get(self.invitation))
            while True:
                asked = self.send(lambda: client.post("/api/v1/studies/motif-study/assignments", json={}))
                if asked.status_code == 204:
                    return
                card = asked.json()
                left = self.send(lambda card=card: client.get(card["left_url"]))  # type: ignore[misc]
                path = f"/api/v1/assignments/{card['token']}/vote"
                answer = self.send(lambda path=path: client.post(path, json=VOTE))  # type: ignore[misc]
                if (left.status_code, answer.status_code) not in ((200, 200), (200, 201)):
                    self.odd.append(f"{left.status_code} {answer.status_code} {answer.text}")
                    return
                self.acknowledged[card["token"]] = answer.json()["choice"]

    def send(self, request: Callable[[], httpx2.Response]) -> httpx2.Response:
        end = time.monotonic() + 120
        while True:
            try:
                answer = request()
            except httpx2.TransportError:
                answer = None
            if answer is not None and answer.status_code not in (502, 503, 504):
                return answer
            last = "no answer" if answer is None else f"{answer.status_code} {answer.text[:200]}"
            assert time.monotonic() < end, last
            self.repeats += 1
            time.sleep(0.1)


@pytest.mark.full_size
@needs_caddy
def test_the_main_job_with_one_server_killed_in_the_middle(
    postgres: Postgres,
    tmp_path: Path,
    open_one: Callable[[Settings], AppContext],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    database_url = postgres.fresh()
    with s3_server() as s3:
        for name, value in s3_environment(s3).items():
            monkeypatch.setenv(name, value)
        context = open_one(
            settings_for(tmp_path / "here", database_url=database_url, media_url=f"s3://{BUCKET}/media")
        )
        study = set_the_stage(context).open_study(votes_per_comparison=5)
        with running_stack(tmp_path, database_url=database_url, s3=s3, caddy=CADDY) as stack:
            voters = vote_with_a_kill(stack, study)
            assert [voter.odd for voter in voters if voter.odd] == []
            refuse_what_one_server_must_refuse(stack)
    with context.database.read() as session:
        row = session.scalars(select(StudyRow)).one()
        stored = set(session.scalars(select(Assignment.token).join(Vote)))
        rows = session.scalars(select(Comparison)).all()
        assert recount(session, row) == []
        assert session.scalar(select(func.count()).select_from(Vote)) == len(stored)
    acknowledged = [token for voter in voters for token in voter.acknowledged]
    assert set(acknowledged) <= set(stored)
    assert len(acknowledged) == len(set(acknowledged))
    assert [row.votes_reference + row.votes_other for row in rows] == [5] * len(rows)


def vote_with_a_kill(stack: Stack, study: Study) -> list[Voter]:
    """Let all annotators vote; kill one server when a third of the votes are cast."""
    voters = [Voter(stack, f"/invite/{token}") for token in study.invite(ANNOTATORS)]
    threads = [threading.Thread(target=voter.run) for voter in voters]
    for thread in threads:
        thread.start()
    end = time.monotonic() + 120
    while sum(len(voter.acknowledged) for voter in voters) < 20 and time.monotonic() < end:
        assert any(thread.is_alive() for thread in threads), [voter.odd for voter in voters]
        time.sleep(0.01)
    stack.servers[0].send_signal(signal.SIGKILL)
    for thread in threads:
        thread.join(timeout=120)
    assert not any(thread.is_alive() for thread in threads)
    assert stack.servers[1].poll() is None
    return voters


def refuse_what_one_server_must_refuse(stack: Stack) -> None:
    """Check that the proxy hides the metrics, the API asks for a key, and no page shows the secret."""
    with stack.client() as client:
        assert client.get("/metrics").status_code == 404
        assert client.get("/api/v1/tasks").status_code == 401
        assert SECRET not in client.get("/").text
