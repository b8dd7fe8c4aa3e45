"""Rate limits that several server processes count together in Redis, and a Redis server that stops."""

import logging
from dataclasses import replace
from typing import cast

import pytest
from fastapi.testclient import TestClient
from limits.storage import Storage, storage_from_string

from app.errors import TooManyRequests
from app.main import create_app
from app.security.counter_storage import SharedCounters
from app.security.limits import GuessLimiter, UploadLimiter
from tests.acting import refused
from tests.cast import PAIR_IDS, Cast, make_submission, small_clip
from tests.ports import free_port
from tests.redis_server import needs_redis, redis_server

WRONG = {"Authorization": "Bearer ti2v_guess"}


class SteppedClock:
    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


def test_limits_hold_for_each_process_while_redis_does_not_respond(
    cast: Cast, caplog: pytest.LogCaptureFixture
) -> None:
    nowhere = f"redis://127.0.0.1:{free_port()}"
    context = replace(
        cast.context,
        guesses=GuessLimiter(nowhere, per_minute=2),
        uploads=UploadLimiter(nowhere, parallel=2, bytes_per_day=10_000_000),
    )
    submission = make_submission(context, cast.alice, model="motif", label="open", final=False, pair_ids=())
    with TestClient(create_app(context)) as client, caplog.at_level(logging.WARNING, "ti2v.limits"):
        codes = [client.get("/api/v1/models", headers=WRONG).status_code for _ in range(3)]
        upload = client.put(
            f"/api/v1/submissions/{submission}/clips/{PAIR_IDS[0]}",
            content=small_clip(shade=90),
            headers={"Content-Type": "video/mp4", **cast.alice.headers},
        )
        ready = client.get("/readyz")

    assert codes == [401, 401, 429]
    assert upload.status_code == 201, upload.text
    assert ready.json() == {"status": "ready", "rate_limits": "per process"}
    assert "TI2V_RATE_LIMIT_URL does not respond" in caplog.text


@needs_redis
def test_two_processes_count_wrong_keys_together(cast: Cast) -> None:
    port = free_port()
    with redis_server(port):
        apps = [
            create_app(replace(cast.context, guesses=GuessLimiter(f"redis://127.0.0.1:{port}", per_minute=3)))
            for _ in range(2)
        ]
        with TestClient(apps[0]) as first, TestClient(apps[1]) as second:
            codes = [
                client.get("/api/v1/models", headers=WRONG).status_code
                for client in (first, second, first, second, first)
            ]
            assert codes == [401, 401, 401, 429, 429]
            refused(second.get("/invite/" + "a" * 43), 429, "too_many_requests")
            assert first.get("/readyz").json()["rate_limits"] == "shared"


@needs_redis
def test_two_processes_count_uploaded_bytes_together() -> None:
    port = free_port()
    with redis_server(port):
        first, second = (
            UploadLimiter(f"redis://127.0.0.1:{port}", parallel=1, bytes_per_day=1000) for _ in range(2)
        )
        first.count_bytes(1, 600)
        second.require_quota(1, 400)
        with pytest.raises(TooManyRequests, match="quota of 1,000 bytes per day"):
            second.require_quota(1, 401)
        second.require_quota(2, 1000)


@needs_redis
def test_processes_count_together_again_after_redis_returned() -> None:
    port, clock = free_port(), SteppedClock()
    counters = SharedCounters(
        cast("Storage", storage_from_string(f"redis://127.0.0.1:{port}", socket_timeout=1)), clock
    )
    with redis_server(port):
        assert (counters.incr("ada", 60), counters.incr("ada", 60)) == (1, 2)
    assert (counters.incr("ada", 60), counters.check()) == (1, False)
    with redis_server(port):
        assert (counters.incr("ada", 60), counters.check()) == (2, False)
        clock.now += 5
        # A Redis server that stores nothing on the disk has forgotten its counts.
        assert (counters.incr("ada", 60), counters.check()) == (1, True)
