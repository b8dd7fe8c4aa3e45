"""Running external programs: termination of their process group, and bounded output."""

import time
from pathlib import Path

import pytest

from models.generators.child_process import ProcessResult, run_process


def run(tmp_path: Path, script: str, *, timeout_s: float = 20) -> ProcessResult:
    return run_process(
        ["/bin/sh", "-c", script],
        cwd=tmp_path,
        environment={"PATH": "/usr/bin:/bin"},
        log=tmp_path / "log.txt",
        log_bytes=1024,
        timeout_s=timeout_s,
    )


def test_the_result_has_the_exit_code_and_the_end_of_the_output(tmp_path: Path) -> None:
    ended = run(tmp_path, "echo out; echo err >&2; exit 3")

    assert (ended.exit_code, ended.log_tail) == (3, "out\nerr\n")
    assert (tmp_path / "log.txt").read_text() == "out\nerr\n"


@pytest.mark.parametrize("script", ["{child}; sleep 600", "{child}; exit 0"])
def test_child_processes_are_terminated_with_the_program(script: str, tmp_path: Path) -> None:
    child = "sleep 600 & echo $! > child.txt"

    run(tmp_path, script.format(child=child), timeout_s=2)

    assert has_ended(int((tmp_path / "child.txt").read_text()))


def test_a_program_that_ignores_sigterm_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("models.generators.child_process._GRACE_S", 0.2)

    ended = run(tmp_path, "trap '' TERM; echo $$ > own.txt; while :; do sleep 1; done", timeout_s=2)

    assert ended.exit_code is None
    assert has_ended(int((tmp_path / "own.txt").read_text()))


def has_ended(pid: int) -> bool:
    """Wait until a process that was sent SIGKILL has exited."""
    deadline = time.monotonic() + 10
    while _runs(pid) and time.monotonic() < deadline:
        time.sleep(0.01)
    return not _runs(pid)


def _runs(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    # A zombie that nobody has collected yet has ended too.
    return state not in "ZX"
