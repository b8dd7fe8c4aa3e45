"""Running external programs: termination of all their processes, and limited output."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from models.generators import isolation
from models.generators.child_process import ProcessResult, run_process
from models.generators.isolation import isolation_problem
from models.generators.settings import generator_settings

needs_namespaces = pytest.mark.skipif(
    isolation_problem() is not None, reason=f"no namespaces on this system: {isolation_problem()}"
)


@pytest.fixture(params=[pytest.param("on", marks=needs_namespaces), "off"])
def either_isolation(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Runs a test with and without namespaces."""
    monkeypatch.setenv("TI2V_ISOLATION", request.param)
    generator_settings.cache_clear()
    yield
    generator_settings.cache_clear()


@pytest.fixture
def seconds() -> str:
    """Return an argument of `sleep` that identifies the process of this test."""
    return f"600.{uuid4().int}"


def run(tmp_path: Path, script: str, *, timeout_s: float = 20) -> ProcessResult:
    return run_process(
        ["/bin/sh", "-c", script],
        cwd=tmp_path,
        environment={"PATH": "/usr/bin:/bin"},
        log=tmp_path / "log.txt",
        log_bytes=1024,
        timeout_s=timeout_s,
    )


@pytest.mark.usefixtures("either_isolation")
def test_the_result_has_the_exit_code_and_the_end_of_the_output(tmp_path: Path) -> None:
    ended = run(tmp_path, "echo out; echo err >&2; exit 3")

    assert (ended.exit_code, ended.log_tail) == (3, "out\nerr\n")
    assert (tmp_path / "log.txt").read_text() == "out\nerr\n"


@pytest.mark.usefixtures("either_isolation")
def test_a_crash_is_reported_as_a_signal(tmp_path: Path) -> None:
    assert run(tmp_path, "kill -SEGV $$").exit_code == -signal.SIGSEGV


@pytest.mark.usefixtures("either_isolation")
@pytest.mark.parametrize("script", ["{child}; sleep 600", "{child}; exit 0"])
def test_child_processes_are_terminated_with_the_program(script: str, seconds: str, tmp_path: Path) -> None:
    run(tmp_path, script.format(child=f"sleep {seconds} &"), timeout_s=2)

    assert has_ended(seconds)


@pytest.mark.usefixtures("either_isolation")
def test_a_program_that_ignores_sigterm_is_killed(
    seconds: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("models.generators.child_process._GRACE_S", 0.2)

    ended = run(tmp_path, f"trap '' TERM; while :; do sleep {seconds}; done", timeout_s=2)

    assert ended.exit_code is None
    assert has_ended(seconds)


@pytest.mark.usefixtures("either_isolation")
def test_a_program_may_stop_itself_after_sigterm(tmp_path: Path) -> None:
    run(tmp_path, "trap 'echo cleaned up > last.txt; exit' TERM; sleep 600 & wait", timeout_s=2)

    assert (tmp_path / "last.txt").read_text() == "cleaned up\n"


@needs_namespaces
def test_a_process_that_left_the_group_ends_with_the_program(seconds: str, tmp_path: Path) -> None:
    run(tmp_path, f"setsid sleep {seconds} & sleep 0.2")

    assert has_ended(seconds)


@needs_namespaces
def test_programs_end_when_their_worker_is_killed(seconds: str, tmp_path: Path) -> None:
    script = (
        "from pathlib import Path; from models.generators.child_process import run_process; "
        f"run_process(['sleep', '{seconds}'], cwd=Path('.'), environment={{'PATH': '/bin'}}, "
        "log=Path('log'), log_bytes=9, timeout_s=600)"
    )
    path = os.pathsep.join(each for each in sys.path if each)
    worker = subprocess.Popen(
        [sys.executable, "-c", script], cwd=tmp_path, env={**os.environ, "PYTHONPATH": path}
    )
    try:
        wait_until_started(seconds, worker)
    finally:
        worker.kill()
        worker.wait()

    assert has_ended(seconds)


@needs_namespaces
@pytest.mark.parametrize("kind", ["user", "pid", "mnt", "ipc"])
def test_a_program_has_namespaces_of_its_own(kind: str, tmp_path: Path) -> None:
    own = str(Path(f"/proc/self/ns/{kind}").readlink())

    inside = run(tmp_path, f"readlink /proc/self/ns/{kind}").log_tail.strip()

    assert inside.startswith(f"{kind}:[")
    assert inside != own


@needs_namespaces
def test_a_program_has_no_capabilities_and_its_folders(tmp_path: Path) -> None:
    ended = run(tmp_path, "grep -E 'Cap(Prm|Eff|Bnd|Amb)' /proc/self/status; id -u; touch mine")

    assert ended.log_tail.split()[1:8:2] == ["0" * 16] * 4
    assert ended.log_tail.split()[-1] == str(os.getuid())
    assert (tmp_path / "mine").stat().st_uid == os.getuid()


def test_cuda_s_memory_device_is_created_before_the_program_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    helper = tmp_path / "nvidia-modprobe"
    helper.write_text(f'#!/bin/sh\necho "$@" > {tmp_path}/asked.txt\n')
    helper.chmod(0o755)
    monkeypatch.setattr(isolation, "_SYSTEM_PATH", f"{tmp_path}:{isolation._SYSTEM_PATH}")
    monkeypatch.setattr(isolation, "_UVM_DEVICE", tmp_path / "nvidia-uvm")
    if isolation_problem() is not None:
        pytest.skip(f"no namespaces on this system: {isolation_problem()}")

    run(tmp_path, "true")

    assert (tmp_path / "asked.txt").read_text() == "-u -c 0\n"


@pytest.mark.parametrize(("value", "is_on"), [("", True), ("on", True), ("off", False), ("0", False)])
def test_the_setting_turns_namespaces_off(value: str, is_on: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TI2V_ISOLATION", value)
    generator_settings.cache_clear()
    try:
        assert generator_settings().isolation is is_on
    finally:
        generator_settings.cache_clear()


def test_a_wrong_setting_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TI2V_ISOLATION", "perhaps")
    generator_settings.cache_clear()
    try:
        with pytest.raises(ValueError, match="Invalid setting TI2V_ISOLATION"):
            generator_settings()
    finally:
        generator_settings.cache_clear()


def test_a_system_without_the_tools_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(isolation, "_SYSTEM_PATH", "/nowhere")
    isolation._probe.cache_clear()
    try:
        problem = isolation_problem()
        assert isolation.isolated(["program"]) == ["program"]
    finally:
        isolation._probe.cache_clear()

    assert problem is not None
    assert "not found" in problem or "Linux" in problem


def wait_until_started(seconds: str, worker: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + 60
    while not _runs(seconds):
        assert worker.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.05)


def has_ended(seconds: str) -> bool:
    """Wait until a `sleep` that was sent SIGKILL has exited."""
    deadline = time.monotonic() + 60
    while _runs(seconds) and time.monotonic() < deadline:
        time.sleep(0.01)
    return not _runs(seconds)


def _runs(seconds: str) -> bool:
    listed = subprocess.run(["ps", "axww", "-o", "stat=,args="], capture_output=True, text=True, check=True)
    # A zombie that nobody has collected yet has ended too.
    return any(
        line.endswith(f"sleep {seconds}") and line[0] not in "ZX" for line in listed.stdout.splitlines()
    )
