"""While uploads and transcoding wait, the server accepts votes and serves cached clips."""

import http.client
import json
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from urllib.parse import urlsplit

import anyio
import pytest

from app.capacity import Capacity
from app.errors import Unavailable
from app.media.rendition_cache import RenditionCache
from app.media.sandbox import Json, Sandbox, Work
from app.security.limits import UploadLimiter
from benchmark.protocol import Role
from tests.cast import PAIR_IDS, Actor, Cast, Study, make_actor, make_submission, small_clip
from tests.conftest import serving

# More than the number of default threads, which all work shared in an earlier version.
MANY = 48
PATIENCE_S = 30


class HeldSandbox(Sandbox):
    """A sandbox in which all work waits until `release` is set."""

    def __init__(self) -> None:
        super().__init__(children=2)
        self.release = threading.Event()

    def run(self, work: Work, arguments: Mapping[str, Json]) -> dict[str, Json]:
        assert self.release.wait(PATIENCE_S)
        return super().run(work, arguments)


@pytest.fixture
def held_sandbox() -> Iterator[HeldSandbox]:
    with HeldSandbox() as sandbox:
        yield sandbox


@pytest.fixture
def server(cast: Cast, held_sandbox: HeldSandbox) -> Iterator["Server"]:
    """A server whose media work waits for `held_sandbox.release`."""
    context = replace(
        cast.context,
        sandbox=held_sandbox,
        renditions=RenditionCache(cast.context.database, cast.context.store, held_sandbox),
    )
    with serving(context) as address, ThreadPoolExecutor(MANY + 1) as pool:
        try:
            yield Server(address, pool)
        finally:
            held_sandbox.release.set()


class Server:
    def __init__(self, address: str, pool: ThreadPoolExecutor) -> None:
        self.netloc = urlsplit(address).netloc
        self.pool = pool

    def ask(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes | None = None
    ) -> tuple[int, dict[str, str], bytes]:
        connection = http.client.HTTPConnection(self.netloc, timeout=PATIENCE_S)
        try:
            connection.request(method, path, body, dict(headers))
            answer = connection.getresponse()
            return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
        finally:
            connection.close()


def annotator(server: Server, study: Study) -> dict[str, str]:
    """Return the headers of a browser that has opened an invitation."""
    _, headers, _ = server.ask("GET", f"/invite/{study.invite()[0]}", {})
    return {"Cookie": headers["set-cookie"].partition(";")[0], "Content-Type": "application/json"}


def assignment(server: Server, study: Study, headers: Mapping[str, str]) -> dict[str, str]:
    status, _, body = server.ask("POST", f"/api/v1/studies/{study.slug}/assignments", headers, b"{}")
    assert status == 200, body
    found: dict[str, str] = json.loads(body)
    return found


def votes(server: Server, study: Study) -> bool:
    headers = annotator(server, study)
    token = assignment(server, study, headers)["token"]
    vote = b'{"choice": "left", "justifications": ["object_motion"]}'
    return server.ask("POST", f"/api/v1/assignments/{token}/vote", headers, vote)[0] == 201


def uploads(
    server: Server, cast: Cast, people: list[Actor], count: int
) -> list["Future[tuple[int, dict[str, str], bytes]]"]:
    """Start uploads by each person in turn; each upload sends one clip to a separate submission."""
    waiting = []
    for number in range(count):
        person = people[number % len(people)]
        label = f"upload-{number}"
        public_id = make_submission(
            cast.context,
            person,
            model=f"model-of-{person.principal.name}",
            label=label,
            pair_ids=(),
            final=False,
        )
        path = f"/api/v1/submissions/{public_id}/clips/{PAIR_IDS[0]}"
        body = small_clip(shade=number)
        waiting.append(server.pool.submit(server.ask, "PUT", path, person.headers, body))
    return waiting


def test_votes_are_taken_while_uploads_wait_for_the_sandbox(
    cast: Cast, study: Study, server: Server, held_sandbox: HeldSandbox
) -> None:
    people = [make_actor(cast.context, f"uploader-{number}", Role.RESEARCHER) for number in range(6)]
    waiting = uploads(server, cast, people, MANY)
    # Those beyond the queue are answered at once; the others wait for the sandbox.
    until(lambda: sum(each.done() for each in waiting) >= MANY - 32)

    assert votes(server, study)

    refused = [each.result() for each in waiting if each.done()]
    assert [status for status, _, _ in refused] == [503] * (MANY - 32)
    _, headers, body = refused[0]
    assert json.loads(body)["error"] == "busy"
    assert headers["retry-after"] == "5"
    held_sandbox.release.set()
    assert sum(each.result()[0] == 201 for each in waiting) == 32


def test_votes_and_cached_clips_are_served_while_renditions_are_made(
    cast: Cast, server: Server, held_sandbox: HeldSandbox
) -> None:
    study = cast.open_study(votes_per_comparison=MANY + 3)
    held_sandbox.release.set()
    first = annotator(server, study)
    cached = assignment(server, study, first)["left_url"]
    assert server.ask("GET", cached, first)[0] == 200
    held_sandbox.release.clear()
    cold = cast.open_study("cold", votes_per_comparison=MANY + 3, renditions="normalised")
    waiting = []
    for _ in range(MANY):
        headers = annotator(server, cold)
        waiting.append(
            server.pool.submit(server.ask, "GET", assignment(server, cold, headers)["left_url"], headers)
        )

    assert votes(server, study)
    assert server.ask("GET", cached, first)[0] == 200

    held_sandbox.release.set()
    assert {each.result()[0] for each in waiting} == {200}


def test_one_person_has_a_limit_of_parallel_uploads(
    cast: Cast, server: Server, held_sandbox: HeldSandbox
) -> None:
    most = cast.context.settings.max_parallel_uploads
    waiting = uploads(server, cast, [cast.alice], most + 1)
    until(lambda: any(each.done() for each in waiting))

    status, headers, body = next(each for each in waiting if each.done()).result()

    assert (status, json.loads(body)["error"], headers["retry-after"]) == (429, "too_many_uploads", "1")
    held_sandbox.release.set()
    assert sum(each.result()[0] == 201 for each in waiting) == most


def test_one_person_has_a_quota_of_bytes(cast: Cast) -> None:
    size = len(small_clip(shade=0))
    limiter = UploadLimiter("memory://", parallel=8, bytes_per_day=2 * size)
    with serving(replace(cast.context, uploads=limiter)) as address, ThreadPoolExecutor(1) as pool:
        server = Server(address, pool)
        answers = [each.result() for each in uploads(server, cast, [cast.alice], 3)]
        (other,) = uploads(server, cast, [cast.bob], 1)

        assert [status for status, _, _ in answers] == [201, 201, 429]
        _, headers, body = answers[-1]
        assert json.loads(body)["error"] == "upload_quota_exceeded"
        assert 0 < int(headers["retry-after"]) <= 86_400
        assert other.result()[0] == 201


def test_a_stream_that_has_begun_is_not_refused_by_a_full_queue() -> None:
    async def read_beside_a_full_queue() -> list[bytes]:
        capacity = Capacity("things", threads=1, queue=0)
        with capacity.admit():
            with pytest.raises(Unavailable), capacity.admit():
                pass
            return [chunk async for chunk in capacity.stream(iter([b"a", b"b"]))]

    assert anyio.run(read_beside_a_full_queue) == [b"a", b"b"]


def until(is_true: Callable[[], bool]) -> None:
    deadline = threading.Event()
    timer = threading.Timer(PATIENCE_S, deadline.set)
    timer.start()
    try:
        while not is_true():
            assert not deadline.wait(0.01), "it never happened"
    finally:
        timer.cancel()
