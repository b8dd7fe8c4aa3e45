"""Measures the latency of votes on an idle server, and during 64 parallel uploads and 30 cold renditions.

Client and server share the machine; a process of lower priority sends the uploads. After a 429 or 503, each
request is retried after the pause in Retry-After, as `ti2v submit` and the voting page do.
"""

import argparse
import hashlib
import json
import math
import multiprocessing
import os
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from http.client import HTTPConnection
from multiprocessing.synchronize import Event
from pathlib import Path

import av
import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import migrations
from app.clock import utc_now
from app.database import Database
from app.media.store.base import content_key, open_store
from app.security.identity import Principal, create_key, person_named
from app.settings import Settings
from app.submissions.repository import add_model, add_submission
from app.tables.bench import Benchmark, Pair
from app.tables.submissions import Clip
from benchmark.protocol import RenditionRecipe, Role, WatchGate
from perf.judgements import add_annotators, cookie
from perf.server import running_server
from perf.synthetic_studies import open_round_robin
from perf.uploads import store_image

UPLOADERS, RENDITIONS, KEYS, VOTERS = 64, 30, 8, 4
CLIP_BYTES = 467_000
IDLE_S, LOAD_S, MOST_LOAD_S = 20.0, 30.0, 120.0
TARGET = 3.0
STUDY = "votes"
VOTE = {"choice": "left", "justifications": ["object_motion"]}
# For each annotator who waits for a clip, the server must transcode both sides.
WATCHERS = RENDITIONS // 2


@dataclass
class Outcome:
    """For one kind of request: the number of responses by status, and the seconds until success."""

    statuses: Counter[int] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)


@dataclass(frozen=True)
class World:
    """The data that the load process needs."""

    port: int
    keys: tuple[str, ...]
    submission: str
    pairs: tuple[str, ...]
    clip: bytes


def main() -> None:
    """Print the latency of votes on the idle server and under load, and the outcomes of the load."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--idle-s", type=float, default=IDLE_S)
    idle_s = arguments.parse_args().idle_s
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        keys, submission, pairs, clip = prepare(home)
        with running_server(home) as server:
            world = World(server.port, keys, submission, pairs, clip)
            vote_for(world, 3.0)  # warm-up: on the first votes, the server imports and compiles modules
            idle = vote_for(world, idle_s)
            busy, load = vote_beside_load(world)
            memory = server.memory_mb()
    print(f"{'':<34}{'votes':>8}{'p50 ms':>10}{'p99 ms':>10}{'max ms':>10}")
    for name, seconds in (("idle", idle), ("beside uploads and renditions", busy)):
        print(
            f"{name:<34}{len(seconds):>8}"
            + "".join(f"{_ms(seconds, share):>10.1f}" for share in (0.5, 0.99, 1))
        )
    ratio = _ms(busy, 0.99) / _ms(idle, 0.99)
    print(f"p99 beside the load is {ratio:.1f} times the idle p99 (target: below {TARGET:.0f})")
    for name, outcome in load.items():
        answers = ", ".join(f"{count} x {status}" for status, count in sorted(outcome.statuses.items()))
        print(f"{name}: {answers}; slowest {max(outcome.seconds, default=0):.1f} s")
    print(f"server memory: {memory:.0f} MB; load average {os.getloadavg()[0]:.1f}")


def prepare(home: Path) -> tuple[tuple[str, ...], str, tuple[str, ...], bytes]:
    """Create a database with an open study and an open submission.

    Return the keys, the submission, the pairs and a clip.
    """
    database = Database.of(Settings(_env_file=None, home=home))  # type: ignore[call-arg]  # pydantic-settings
    migrations.upgrade(database)
    clip = draw_clip(home / "clip.mp4").read_bytes()
    image_key = store_image(home)
    now = utc_now()
    with database.write() as session:
        study = open_round_robin(session, slug=STUDY, watch_gate=WatchGate.OFF)
        study.renditions = RenditionRecipe.NORMALISED
        _store_one_clip_for_all(session, home, clip)
        add_annotators(session, study, range(VOTERS + WATCHERS))
        person = person_named(session, name="uploader-0", role=Role.RESEARCHER, now=now)
        keys = [create_key(session, person=person, now=now)]
        for number in range(1, KEYS):
            admin = person_named(session, name=f"uploader-{number}", role=Role.ADMIN, now=now)
            keys.append(create_key(session, person=admin, now=now))
        principal = Principal(person.id, person.name, person.role)
        benchmark = session.execute(select(Benchmark)).scalar_one()
        model = add_model(session, slug="uploaded", name="uploaded", principal=principal, now=now)
        submission = add_submission(
            session, model=model, benchmark=benchmark, label="", principal=principal, now=now
        ).public_id
        pairs = session.scalars(select(Pair)).all()
        for pair in pairs:
            pair.image_key = image_key
        names = tuple(pair.name for pair in pairs)
    database.close()
    return tuple(keys), submission, names, clip


def draw_clip(path: Path) -> Path:
    """Write a clip of 81 frames of 832x480 at 16 fps, a common output format of current models."""
    rng = np.random.default_rng(7)
    still = rng.integers(0, 256, (60, 104, 3), dtype=np.uint8).repeat(8, axis=0).repeat(8, axis=1)
    with av.open(str(path), "w", format="mp4") as clip:
        video = clip.add_stream("libx264", rate=16, options={"crf": "28", "preset": "veryfast"})
        video.width, video.height = 832, 480
        for index in range(81):
            clip.mux(
                video.encode(av.VideoFrame.from_ndarray(np.roll(still, 3 * index, axis=1), format="rgb24"))
            )
        clip.mux(video.encode(None))
    return path


def _store_one_clip_for_all(session: Session, home: Path, clip: bytes) -> None:
    sha256 = hashlib.sha256(clip).hexdigest()
    store = open_store(str(home / "media"))
    with store.private_file() as path:
        path.write_bytes(clip)
        store.put(content_key("clips", sha256), path)
    for row in session.scalars(select(Clip)):
        row.sha256, row.width, row.height, row.frames, row.fps = sha256, 832, 480, 81, 16.0


def vote_for(world: World, seconds: float) -> list[float]:
    stop = threading.Event()
    timer = threading.Timer(seconds, stop.set)
    timer.start()
    try:
        return vote_until(world, stop)
    finally:
        timer.cancel()


def vote_until(world: World, stop: threading.Event | Event) -> list[float]:
    """Let a few annotators vote on one comparison after another. Return the seconds of each vote."""
    seconds: list[float] = []
    threads = [
        threading.Thread(target=_judge, args=(world.port, number, seconds, stop)) for number in range(VOTERS)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return seconds


def _judge(port: int, number: int, seconds: list[float], stop: threading.Event | Event) -> None:
    connection = HTTPConnection("127.0.0.1", port, timeout=120)
    headers = {"Cookie": f"ti2v_session={cookie(number)}", "Content-Type": "application/json"}
    while not stop.is_set():
        status, body, _ = call(connection, "POST", f"/api/v1/studies/{STUDY}/assignments", headers, b"{}")
        if status != 200:
            sys.exit(f"no assignment: {status} {body.decode()}")
        token = json.loads(body)["token"]
        started = time.perf_counter()
        vote = json.dumps(VOTE).encode()
        status, body, _ = call(connection, "POST", f"/api/v1/assignments/{token}/vote", headers, vote)
        seconds.append(time.perf_counter() - started)
        if status != 201:
            sys.exit(f"no vote: {status} {body.decode()}")
        time.sleep(0.1)  # a realistic rate for a few annotators


def call(
    connection: HTTPConnection, method: str, path: str, headers: dict[str, str], body: bytes | None = None
) -> tuple[int, bytes, float]:
    """Send a request. Return the status, the body, and the value of Retry-After in seconds."""
    connection.request(method, path, body, headers)
    answer = connection.getresponse()
    return answer.status, answer.read(), float(answer.headers.get("Retry-After", "1"))


def vote_beside_load(world: World) -> tuple[list[float], dict[str, Outcome]]:
    spawn = multiprocessing.get_context("spawn")
    done = spawn.Event()
    outcomes = spawn.Queue()
    process = spawn.Process(target=_load, args=(world, done, outcomes))
    process.start()
    seconds = vote_until(world, done)
    load: dict[str, Outcome] = outcomes.get(timeout=30)
    process.join()
    return seconds, load


def _load(world: World, done: Event, outcomes: "multiprocessing.Queue[dict[str, Outcome]]") -> None:
    """Upload clips from all uploaders at once for LOAD_S seconds, and fetch all renditions."""
    os.nice(10)  # this process simulates other machines, so it must not take processor time from the server
    deadline = time.monotonic() + MOST_LOAD_S
    load = {"uploads": Outcome(), "clips": Outcome()}
    threads = [
        threading.Thread(target=_upload, args=(world, number, load["uploads"], deadline))
        for number in range(UPLOADERS)
    ]
    threads += [
        threading.Thread(target=_watch, args=(world, VOTERS + number, load["clips"], deadline))
        for number in range(WATCHERS)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    done.set()
    outcomes.put(load)


def _upload(world: World, number: int, outcome: Outcome, deadline: float) -> None:
    """Upload the clips of every 64th pair, one after the other."""
    headers = {"Authorization": f"Bearer {world.keys[number % KEYS]}", "Content-Type": "video/mp4"}
    stop_at = time.monotonic() + LOAD_S
    for pair in range(number, len(world.pairs), UPLOADERS):
        if time.monotonic() < stop_at:
            path = f"/api/v1/submissions/{world.submission}/clips/{world.pairs[pair]}"
            body = padded(world.clip, pair)
            _until_done(world.port, "PUT", path, headers, body, (201,), outcome, deadline)


def _watch(world: World, number: int, outcome: Outcome, deadline: float) -> None:
    headers = {"Cookie": f"ti2v_session={cookie(number)}", "Content-Type": "application/json"}
    connection = HTTPConnection("127.0.0.1", world.port, timeout=120)
    path = f"/api/v1/studies/{STUDY}/assignments"
    status, body, _ = call(connection, "POST", path, headers, b"{}")
    assert status == 200, body
    _until_done(world.port, "GET", json.loads(body)["left_url"], headers, None, (200,), outcome, deadline)


def _until_done(
    port: int,
    method: str,
    path: str,
    headers: dict[str, str],
    body: bytes | None,
    wanted: Sequence[int],
    outcome: Outcome,
    deadline: float,
) -> None:
    started = time.perf_counter()
    status = 0
    while status not in wanted and time.monotonic() < deadline:
        connection = HTTPConnection("127.0.0.1", port, timeout=MOST_LOAD_S)
        try:
            status, _, pause_s = call(connection, method, path, headers, body)
        except OSError:
            status, pause_s = 0, 1.0
        finally:
            connection.close()
        outcome.statuses[status] += 1
        if status not in wanted:
            time.sleep(pause_s)
    outcome.seconds.append(time.perf_counter() - started)


def padded(clip: bytes, number: int) -> bytes:
    """Return the clip with a trailing `free` box, which gives the file unique bytes and the wanted size."""
    room = max(16, CLIP_BYTES - len(clip))
    return clip + room.to_bytes(4, "big") + b"free" + number.to_bytes(8, "big") + bytes(room - 16)


def _ms(seconds: Sequence[float], share: float) -> float:
    ordered = sorted(seconds)
    return ordered[min(len(ordered) - 1, math.ceil(len(ordered) * share) - 1)] * 1000


if __name__ == "__main__":
    main()
