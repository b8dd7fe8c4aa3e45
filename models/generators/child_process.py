"""Runs an external program with a minimal environment, a time limit, a bounded log and complete cleanup."""

import os
import signal
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from models.generators.isolation import isolated, program_status

TAIL_BYTES = 8 * 1024
_GRACE_S = 5.0
_POLL_S = 0.02
# Variables that a program inherits, because they locate libraries and GPUs. These variables contain no
# credentials.
_INHERITED = ("LD_LIBRARY_PATH", "NVIDIA_VISIBLE_DEVICES", "NVIDIA_DRIVER_CAPABILITIES", "CUDA_HOME")


@dataclass(frozen=True)
class ProcessResult:
    """The result of running an external program.

    Attributes:
        exit_code: exit status of the program. Negative if a signal ended the program; None if the time limit
            was exceeded.
        log_tail: the last 8 KiB of the program's output.
        seconds: run time of the program, in seconds.
    """

    exit_code: int | None
    log_tail: str
    seconds: float


def minimal_environment(own: Mapping[str, str]) -> dict[str, str]:
    """Return a minimal set of environment variables, together with the variables in `own`."""
    inherited = {name: os.environ[name] for name in _INHERITED if name in os.environ}
    basics = {
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "LANG": "C.UTF-8",
        "PYTHONUNBUFFERED": "1",
        "PYTHONNOUSERSITE": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    return {**basics, **inherited, **own}


def run_process(
    command: Sequence[str],
    *,
    cwd: Path,
    environment: Mapping[str, str],
    log: Path,
    log_bytes: int,
    timeout_s: float,
) -> ProcessResult:
    """Run a program until it exits or exceeds its time limit, then terminate its process group.

    The program runs in namespaces of its own if the system allows namespaces; see `isolation`.

    Args:
        command: the program and its arguments.
        cwd: working directory of the program.
        environment: all environment variables of the program.
        log: file for the first `log_bytes` and the last 8 KiB of the program's output; the output between
            these two parts is discarded.
        log_bytes: limit of the log file.
        timeout_s: time limit of the program, in seconds.

    Raises:
        OSError: the program cannot be started.
    """
    started = time.monotonic()
    isolated_command = isolated(command)
    process = subprocess.Popen(  # noqa: S603 - the command of an adapter, argument by argument
        isolated_command,
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
        _terminate_group(process)
    reader.finish()
    exit_code = program_status(process.returncode) if in_time else None
    return ProcessResult(exit_code, reader.tail, time.monotonic() - started)


def _wait(pid: int, deadline: float) -> bool:
    """Return whether the program exits before the deadline.

    The exited program is not reaped, so that the system does not reuse the id of the process group.
    """
    while time.monotonic() < deadline:
        if os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None:
            return True
        time.sleep(_POLL_S)
    return False


def _terminate_group(process: "subprocess.Popen[bytes]") -> None:
    """Kill the process group with SIGKILL. A running program first gets SIGTERM and a grace period."""
    if not _wait(process.pid, time.monotonic() + _POLL_S):
        _signal_group(process.pid, signal.SIGTERM)
        _wait(process.pid, time.monotonic() + _GRACE_S)
    _signal_group(process.pid, signal.SIGKILL)
    process.wait()


def _signal_group(group: int, number: signal.Signals) -> None:
    try:
        os.killpg(group, number)
    except (ProcessLookupError, PermissionError):
        # Only zombies remain in the group; macOS refuses signals to zombies.
        return


class _LogReader(threading.Thread):
    """Reads all output of a program and stores a part of it, because a full pipe would block the program."""

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
                file.write(b"\n[... %d bytes omitted; the end follows ...]\n" % dropped + self._tail)

    def finish(self) -> None:
        """Stop reading after a grace period, because a process outside the group can keep the pipe open."""
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
