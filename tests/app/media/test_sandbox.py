"""The sandbox survives failures of its child processes and fork servers, which never get a secret."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path

import pytest

from app.media.probe import ClipFacts, probe_clip
from app.media.renditions import Recipe
from app.media.sandbox import (
    Json,
    Sandbox,
    SandboxBroken,
    SandboxLimits,
    Work,
    WorkDied,
    WorkRefused,
    WorkTimeout,
)
from app.media.sandbox import client as sandbox_client
from benchmark.protocol import RenditionRecipe
from tests.app.media.drawing import draw_clip

HEAVY_IMPORTS = {"sqlalchemy", "fastapi", "starlette", "pydantic", "socket", "ssl", "http"}


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    return draw_clip(tmp_path / "clip.mp4")


@pytest.fixture(scope="module")
def long_work(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Json]:
    """A rendition that takes seconds of CPU time, because a small clip is enlarged to large frames."""
    tmp_path = tmp_path_factory.mktemp("long")
    clip = draw_clip(tmp_path / "long.mp4", frames=500)
    recipe = asdict(Recipe(RenditionRecipe.NORMALISED, 1920, 1920, 8.0, 500))
    return {"source": str(clip), "target": str(tmp_path / "rendition.mp4"), "recipe": recipe}


def fork_server_pid(sandbox: Sandbox) -> int:
    process = sandbox._fork_servers[0]._process
    assert process is not None
    return process.pid


def children_of(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def wait_for(condition: Callable[[], bool], *, within_s: float = 60.0) -> None:
    deadline = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.005)


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_many_threads_share_few_children(clip: Path) -> None:
    with Sandbox(children=2) as sandbox, ThreadPoolExecutor(8) as threads:
        found = list(threads.map(lambda _: probe_clip(clip, sandbox=sandbox), range(24)))

    assert len(found) == 24
    assert len(set(found)) == 1


def test_a_sandbox_with_little_work_starts_one_fork_server(clip: Path) -> None:
    with Sandbox(children=4) as sandbox:
        for _ in range(3):
            probe_clip(clip, sandbox=sandbox)

        assert sum(fork_server._process is not None for fork_server in sandbox._fork_servers) == 1


def test_a_fork_server_has_no_secret_and_no_open_file(clip: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TI2V_SECRET_KEY", "hush")
    with socket.socket() as open_socket, Sandbox(children=1) as sandbox:
        open_socket.set_inheritable(True)
        probe_clip(clip, sandbox=sandbox)
        fork_server = Path(f"/proc/{fork_server_pid(sandbox)}")

        assert b"TI2V" not in (fork_server / "environ").read_bytes()
        assert sorted(handle.name for handle in (fork_server / "fd").iterdir()) == ["0", "1", "2"]


def test_the_fork_server_imports_neither_web_nor_database() -> None:
    code = f"import app.media.sandbox.fork_server, sys; print(sorted({HEAVY_IMPORTS!r} & set(sys.modules)))"

    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert found.stdout.strip() == "[]"


def test_the_server_never_imports_the_media_libraries(tmp_path: Path) -> None:
    code = (
        "import sys, app.media.probe, app.media.renditions, app.media.images, app.media.padding;"
        "from app.media.store import open_store; open_store(sys.argv[1]);"
        "print(sorted({'av', 'numpy', 'PIL', 'boto3'} & set(sys.modules)))"
    )

    found = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=True
    )

    assert found.stdout.strip() == "[]"


def test_a_fork_server_that_was_killed_is_started_again(clip: Path) -> None:
    with Sandbox(children=1) as sandbox:
        before = probe_clip(clip, sandbox=sandbox)
        os.kill(fork_server_pid(sandbox), signal.SIGKILL)

        assert probe_clip(clip, sandbox=sandbox) == before


def test_a_fork_server_that_hangs_is_replaced(clip: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox_client, "_FORK_SERVER_GRACE_S", 0.1)
    with Sandbox(children=1, limits=SandboxLimits(wall_s=2.0)) as sandbox:
        probe_clip(clip, sandbox=sandbox)
        stopped = fork_server_pid(sandbox)
        os.kill(stopped, signal.SIGSTOP)

        assert isinstance(probe_clip(clip, sandbox=sandbox), ClipFacts)
        assert not is_running(stopped)


def test_a_sandbox_that_does_not_start_blames_no_clip(
    clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sandbox_client, "_CODE_FOLDER", tmp_path)
    monkeypatch.setattr(sys, "executable", "/bin/false")

    with Sandbox(children=1) as sandbox, pytest.raises(SandboxBroken):
        probe_clip(clip, sandbox=sandbox)


def test_a_crash_of_a_child_differs_from_a_refusal(clip: Path, long_work: dict[str, Json]) -> None:
    with Sandbox(children=1) as sandbox:
        probe_clip(clip, sandbox=sandbox)
        crash = threading.Thread(target=kill_next_child, args=(fork_server_pid(sandbox),))
        crash.start()

        with pytest.raises(WorkDied) as died:
            sandbox.run(Work.RENDITION, long_work)

        crash.join()
        assert died.value.reason == f"signal {signal.SIGSEGV.value}"
        assert probe_clip(clip, sandbox=sandbox).frames == 16


def kill_next_child(fork_server: int) -> None:
    wait_for(lambda: bool(children_of(fork_server)))
    os.kill(children_of(fork_server)[0], signal.SIGSEGV)


def probe_arguments(path: Path) -> dict[str, Json]:
    return {"path": str(path), "input_image": None, "limits": {}}


def test_a_child_over_its_wall_clock_is_killed(clip: Path, long_work: dict[str, Json]) -> None:
    with Sandbox(children=1, limits=SandboxLimits(wall_s=0.1)) as sandbox:
        with pytest.raises(WorkTimeout):
            sandbox.run(Work.RENDITION, long_work)

        assert children_of(fork_server_pid(sandbox)) == []


def test_a_child_over_its_cpu_seconds_is_killed(long_work: dict[str, Json]) -> None:
    with Sandbox(children=1, limits=SandboxLimits(cpu_s=1)) as sandbox, pytest.raises(WorkTimeout):
        sandbox.run(Work.RENDITION, long_work)


def test_a_refusal_keeps_its_code(tmp_path: Path, sandbox: Sandbox) -> None:
    (tmp_path / "empty").touch()

    with pytest.raises(WorkRefused) as refused:
        sandbox.run(Work.PROBE, probe_arguments(tmp_path / "empty"))

    assert refused.value.code == "empty"


def test_an_internal_fault_is_an_error_and_not_a_hang(sandbox: Sandbox) -> None:
    with pytest.raises(WorkDied) as died:
        sandbox.run(Work.PROBE, {"no such argument": 1})

    assert died.value.reason.startswith("TypeError")


def test_nothing_stays_of_a_childs_private_folder(clip: Path) -> None:
    with Sandbox(children=1) as sandbox:
        probe_clip(clip, sandbox=sandbox)
        temporary = Path(tempfile.gettempdir())

        assert list(temporary.glob(f"ti2v-child-{fork_server_pid(sandbox)}-*")) == []


def test_fork_servers_end_with_their_sandbox(clip: Path) -> None:
    with Sandbox(children=1) as sandbox:
        probe_clip(clip, sandbox=sandbox)
        fork_server = fork_server_pid(sandbox)

    assert not is_running(fork_server)


def test_closing_ends_running_work_and_refuses_more(clip: Path, long_work: dict[str, Json]) -> None:
    sandbox = Sandbox(children=1)
    probe_clip(clip, sandbox=sandbox)
    fork_server = fork_server_pid(sandbox)

    with ThreadPoolExecutor(2) as threads:
        running = threads.submit(sandbox.run, Work.RENDITION, long_work)
        wait_for(lambda: bool(children_of(fork_server)))
        waiting = threads.submit(sandbox.run, Work.RENDITION, long_work)
        sandbox.close()

        assert isinstance(running.exception(timeout=60), SandboxBroken)
        assert isinstance(waiting.exception(timeout=60), SandboxBroken)
    with pytest.raises(SandboxBroken):
        probe_clip(clip, sandbox=sandbox)


def test_fork_servers_end_with_their_server(clip: Path) -> None:
    code = (
        "import os, sys; from pathlib import Path; from app.media.sandbox import Sandbox;"
        "from app.media.probe import probe_clip; sandbox = Sandbox(children=1);"
        "probe_clip(Path(sys.argv[1]), sandbox=sandbox);"
        "print(sandbox._fork_servers[0]._process.pid, flush=True); os._exit(1)"
    )

    server = subprocess.run(
        [sys.executable, "-c", code, str(clip)], capture_output=True, text=True, check=False
    )

    wait_for(lambda: not is_running(int(server.stdout)))


def test_a_sandbox_without_children_is_a_programming_error() -> None:
    with pytest.raises(ValueError, match="at least one"):
        Sandbox(children=0)


# On a busy machine, a child needs longer to exit than the fork server waits.
SLOW_CHILD = """
import os, sys, time
from app.media.sandbox.fork_server import _reply_of
reading, writing = os.pipe()
child = os.fork()
if child == 0:
    os.write(writing, sys.argv[1].encode())
    os.close(writing)
    time.sleep(60)
    os._exit(0)
os.close(writing)
print(_reply_of(child, reading, 5))
"""


@pytest.mark.parametrize(("written", "reply"), [('{"done": {}}', {"done": {}}), ("{", {"died": "no reply"})])
def test_the_reply_of_a_child_that_exits_slowly_counts(written: str, reply: dict[str, object]) -> None:
    command = [sys.executable, "-c", SLOW_CHILD, written]

    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=55)

    assert done.stdout.strip() == str(reply)
