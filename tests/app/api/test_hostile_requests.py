"""Hostile requests over a real connection: each gets the expected response and changes nothing."""

import json
import socket
import sqlite3
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from httpx2 import Client

from app.context import AppContext
from app.server import TASK_HANDLERS
from app.tasks.runner import TaskRunner
from benchmark.protocol import Role
from tests.acting import assign, vote
from tests.app.hostile_requests import addresses, bodies, headers, uploads
from tests.app.hostile_requests.case import Case, Header
from tests.cast import PAIR_IDS, Cast, enter, make_actor, make_submission
from tests.conftest import serving

KINDS = {"bodies": bodies, "addresses": addresses, "headers": headers, "uploads": uploads}
Rows = dict[str, list[Any]]


@dataclass
class World:
    """A running server, and the rows and files that a request could change."""

    context: AppContext
    address: tuple[str, int]
    names: dict[str, str]
    credentials: dict[str, Header]
    temporary: Path
    database: sqlite3.Connection

    def send(self, case: Case) -> tuple[int, str]:
        """Send the request; return the status (0 without a response) and the error code."""
        with socket.create_connection(self.address, timeout=60) as connection:
            received = b""
            try:
                connection.sendall(case.content(self.names, self.credentials))
                while data := connection.recv(65536):
                    received += data
            except ConnectionError:
                pass  # the server closed the connection before it had read everything
        if not received:
            return 0, ""
        head, _, body = received.partition(b"\r\n\r\n")
        code = json.loads(body).get("error", "") if case.error else ""
        return int(head.split()[1]), code

    def version(self) -> int:
        """Return a number that changes with every commit of another connection."""
        return int(self.database.execute("PRAGMA data_version").fetchone()[0])

    def rows(self, *without: str) -> Rows:
        """Return all rows, except the tables `without` and the column with the last use of a key."""
        tables = self.database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        rows = {}
        for (table,) in tables:
            columns = [name for _, name, *_ in self.database.execute(f"PRAGMA table_info({table})")]
            kept = ", ".join(name for name in columns if (table, name) != ("api_keys", "last_used_at"))
            if table not in without:
                rows[table] = self.database.execute(f"SELECT {kept} FROM {table} ORDER BY 1").fetchall()
        return rows

    def files(self) -> set[str]:
        folders = (self.context.settings.home / "media", self.temporary)
        return {str(path) for folder in folders for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def world(shared_cast: Cast, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    context = shared_cast.context
    study = shared_cast.open_study()
    submission = make_submission(
        context, shared_cast.alice, model="motif", label="open", final=False, pair_ids=()
    )
    worker = make_actor(context, "gpu-box", Role.WORKER)
    before, tempfile.tempdir = tempfile.tempdir, str(tmp_path_factory.mktemp("temporary"))
    TaskRunner(context, TASK_HANDLERS).run_waiting()
    with serving(context) as address, Client(base_url=address) as browser:
        actors = {"alice": shared_cast.alice, "charlie": shared_cast.charlie, "worker": worker}
        credentials: dict[str, Header] = {
            name: ("Authorization", f"Bearer {actor.key}".encode()) for name, actor in actors.items()
        }
        enter(browser, study)
        credentials["annotator"] = (
            "Cookie",
            b"; ".join(f"{name}={value}".encode() for name, value in browser.cookies.items()),
        )
        sent = assign(browser, study)["token"]
        for side in ("left", "right"):
            browser.get(f"/media/{sent}/{side}").raise_for_status()
        url = urlsplit(address)
        names = {
            "study": study.slug,
            "submission": submission,
            "pair": PAIR_IDS[0],
            "token": sent,
            "sent": sent,
        }
        database = sqlite3.connect(context.settings.home / "ti2v.sqlite3", isolation_level=None)
        yield World(
            context,
            (str(url.hostname), int(url.port or 0)),
            names,
            credentials,
            Path(tempfile.tempdir),
            database,
        )
        database.close()
    tempfile.tempdir = before


def faults(world: World, cases: Sequence[Case]) -> list[str]:
    """Send every case; return a line for each wrong response and for each change that a request caused."""
    found = []
    rows, files, version = world.rows(), world.files(), world.version()
    for case in cases:
        answer = world.send(case)
        if answer != (case.status, case.error):
            found.append(f"{case.name}: {answer}, not {(case.status, case.error)}")
        if (now := world.version()) != version:
            version, changed = now, world.rows()
            found += [f"{case.name}: changed {name}" for name in rows if rows[name] != changed[name]]
            rows = changed
        found += [f"{case.name}: left {path}" for path in world.files() - files]
        files = world.files()
    return found


@pytest.mark.parametrize("kind", KINDS)
def test_a_hostile_request_gets_its_answer_and_leaves_no_trace(world: World, kind: str) -> None:
    assert faults(world, KINDS[kind].CASES) == []


def test_a_hostile_archive_is_refused_by_its_task_and_leaves_no_trace(world: World) -> None:
    before, files = world.rows("tasks"), world.files()
    for case in uploads.TASK_CASES:
        assert world.send(case) == (case.status, case.error), case.name
        TaskRunner(world.context, TASK_HANDLERS).run_waiting()
        (status,) = world.database.execute("SELECT status FROM tasks ORDER BY id DESC LIMIT 1").fetchone()
        assert status.lower() == "failed", case.name
        assert world.rows("tasks") == before, case.name
        assert world.files() == files, case.name


def test_the_server_accepts_a_vote_after_all_hostile_requests(world: World, shared_cast: Cast) -> None:
    cases = [case for kind in KINDS.values() for case in kind.CASES]
    assert len(cases) + len(uploads.TASK_CASES) > 300
    assert len({case.content(world.names, world.credentials) for case in cases}) == len(cases)
    address = f"http://{world.address[0]}:{world.address[1]}"
    name, cookie = world.credentials["annotator"]
    with Client(base_url=address, headers={name: cookie.decode()}) as browser:
        assert vote(browser, world.names["token"]).status_code == 201
