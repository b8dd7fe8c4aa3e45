"""Runs a foreign program: no secrets in its environment, a time limit, a small log, nothing left over."""

import os
import signal
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

TAIL_BYTES = 8 * 1024
_GRACE_S = 5.0
_POLL_S = 0.02
# What a program may see of our environment: where libraries and GPUs are, nothing that opens a door.
_PASSED_ON = ("LD_LIBRARY_PATH", "NVIDIA_VISIBLE_DEVICES", "NVIDIA_DRIVER_CAPABILITIES", "CUDA_HOME")


@dataclass(frozen=True)
class Ended:
    """How a program ended.

    Attributes:
        exit_code: negative for the signal that ended it; None where its time was up.
        log_tail: the last 8 KiB of its output.
    """

    exit_code: int | None
    log_tail: str
    seconds: float


def minimal_environment(own: Mapping[str, str]) -> dict[str, str]:
    """Return an environment of a few harmless variables and those given."""
    passed = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    basics = {
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "LANG": "C.UTF-8",
        "PYTHONUNBUFFERED": "1",
        "PYTHONNOUSERSITE": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    return {**basics, **passed, **own}


def run_child(
    command: Sequence[str],
    *,
    cwd: Path,
    environment: Mapping[str, str],
    log: Path,
    log_bytes: int,
    timeout_s: float,
) -> Ended:
    """Run a program to its end or the end of its time; its whole process group ends with it.

    Args:
        log: gets the first `log_bytes` of its output and the last 8 KiB; the rest is read and dropped.

    Raises:
        OSError: it cannot be started.
    """
    started = time.monotonic()
    process = subprocess.Popen(  # noqa: S603 - the command of an adapter, argument by argument
        list(command),
        cwd=cwd,
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    assert process.stdout is not None
    reader = _LogReader(process.stdout, log, log_bytes)
    reader.start()
    try:
        in_time = _wait(process.pid, started + timeout_s)
    finally:
        _end_group(process)
    reader.finish()
    exit_code = process.returncode if in_time else None
    return Ended(exit_code, reader.tail, time.monotonic() - started)


def _wait(pid: int, deadline: float) -> bool:
    """Say whether the program ended in time. It is not reaped, so its process group keeps its number."""
    while time.monotonic() < deadline:
        if os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None:
            return True
        time.sleep(_POLL_S)
    return False


def _end_group(process: "subprocess.Popen[bytes]") -> None:
    """End what is left of the group: politely if the program still runs, for sure in any case."""
    if not _wait(process.pid, time.monotonic() + _POLL_S):
        _signal_group(process.pid, signal.SIGTERM)
        _wait(process.pid, time.monotonic() + _GRACE_S)
    _signal_group(process.pid, signal.SIGKILL)
    process.wait()


def _signal_group(group: int, number: signal.Signals) -> None:
    try:
        os.killpg(group, number)
    except (ProcessLookupError, PermissionError):
        # Only zombies are left: they need no signal, and macOS refuses one.
        return


class _LogReader(threading.Thread):
    """Reads a program's output as it comes, so that it never waits for us, and keeps little of it."""

    def __init__(self, stream: IO[bytes], log: Path, log_bytes: int) -> None:
        super().__init__(daemon=True)
        self._stream = stream
        self._log = log
        self._log_bytes = log_bytes
        self._tail = b""

    def run(self) -> None:
        written = dropped = 0
        with self._log.open("wb") as file:
            while chunk := self._read():
                kept = chunk[: max(0, self._log_bytes - written)]
                file.write(kept)
                written += len(kept)
                dropped += len(chunk) - len(kept)
                self._tail = (self._tail + chunk)[-TAIL_BYTES:]
            if dropped:
                file.write(b"\n[... %d bytes were dropped; the end follows ...]\n" % dropped + self._tail)

    def finish(self) -> None:
        """Stop reading. A grandchild that left the group may hold the other end open for ever."""
        self.join(timeout=_GRACE_S)
        if not self.is_alive():
            self._stream.close()

    @property
    def tail(self) -> str:
        return self._tail.decode(errors="replace")

    def _read(self) -> bytes:
        try:
            return os.read(self._stream.fileno(), 1 << 16)
        except (OSError, ValueError):
            return b""
