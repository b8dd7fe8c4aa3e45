"""A server that restarts while a worker runs: the worker waits, and no job is lost."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import uvicorn

from app.context import AppContext
from app.main import create_app
from models.generators.base import ClipRequest, GeneratedClip
from tests.cast import Cast
from tests.models.worker.conftest import PAIRS, WorkerServer
from tests.models.worker.toys import Scripted
from tests.ports import free_port


@contextmanager
def serving_at(context: AppContext, port: int) -> Iterator[None]:
    """Serve on a fixed port, so that the server can be restarted."""
    config = uvicorn.Config(create_app(context), port=port, log_level="error", access_log=False)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    deadline = time.monotonic() + 60
    while not server.started and thread.is_alive() and time.monotonic() < deadline:
        time.sleep(0.01)
    try:
        yield
    finally:
        server.should_exit = True
        thread.join()


def test_a_server_restart_loses_nothing(cast: Cast, worker_server: WorkerServer) -> None:
    port = free_port()
    worker_server.address = f"http://127.0.0.1:{port}"
    half_way, server_is_gone = threading.Event(), threading.Event()

    class Waiting(Scripted):
        def _clip(self, request: ClipRequest) -> GeneratedClip:
            if len(self.made) == PAIRS // 2:
                half_way.set()
                server_is_gone.wait(60)
            return super()._clip(request)

    with ThreadPoolExecutor(1) as pool:
        with serving_at(cast.context, port):
            [asked] = worker_server.ask()
            running = pool.submit(worker_server.run, Waiting())
            assert half_way.wait(60)
        server_is_gone.set()
        while not any(
            "The request is sent again until the server responds" in line for line in worker_server.messages
        ):
            time.sleep(0.02)
        with serving_at(cast.context, port):
            assert running.result(timeout=60) == PAIRS
            assert worker_server.submission(asked["id"])["status"] == "final"
            assert all(job["attempt"] == 1 for job in worker_server.jobs())
