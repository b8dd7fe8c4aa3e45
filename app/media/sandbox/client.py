"""Runs work on untrusted media in short-lived child processes with resource limits.

In a fresh interpreter, `import av` takes 0.12 s. Each child is therefore forked from a fork server
(`fork_server.py`): a small process that has imported the media libraries. The fork server has no sockets, no
database connection, no secrets and none of the server's environment variables. A child that crashes, hangs or
uses too much memory is killed; the server is not affected.
"""

import contextlib
import json
import logging
import os
import queue
import select
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import IO, Self, TypeAlias

from app.media.sandbox.sandbox_errors import SandboxBroken, WorkDied, WorkRefused, WorkTimeout

Json: TypeAlias = "str | int | float | bool | list[Json] | dict[str, Json] | None"

log = logging.getLogger("ti2v.media")
_CODE_FOLDER = Path(__file__).resolve().parents[3]
_FORK_SERVER_GRACE_S = 5.0  # a fork server without a response this long after wall_s is killed
MAX_REPLY_BYTES = 1024 * 1024
CHUNK_BYTES = 64 * 1024


class Work(StrEnum):
    """The kinds of work that a sandbox child can do."""

    PROBE = "probe"
    RENDITION = "rendition"
    CONVERT = "convert"
    WRONG_CLIP = "wrong_clip"
    IMAGE = "image"
    FRAMES = "frames"
    BENCHMARK = "benchmark"
    ARCHIVE = "archive"


@dataclass(frozen=True)
class SandboxLimits:
    """Limits of one child. A child that exceeds any limit is killed.

    `address_space_bytes` includes the libraries, about 0.3 GB before any frame is decoded.
    """

    wall_s: float = 30.0
    cpu_s: int = 20
    address_space_bytes: int = 2 * 1024**3
    file_bytes: int = 512 * 1024**2
    open_files: int = 32


class Sandbox:
    """Runs work in at most `children` child processes at the same time. Several threads may share a sandbox.

    Each of the `children` child processes is forked from its own fork server. A fork server is started at the
    first request and restarted after a crash. To end the fork servers, close the sandbox or use it as a
    context manager.
    """

    def __init__(self, *, children: int = 2, limits: SandboxLimits | None = None) -> None:
        if children < 1:
            raise ValueError("a sandbox needs at least one child")
        self._limits = limits or SandboxLimits()
        self._fork_servers = [_ForkServer() for _ in range(children)]
        # The pool is a stack: the fork server that was returned last is used next. With little work, most
        # fork servers never start.
        self._idle: queue.LifoQueue[_ForkServer] = queue.LifoQueue()
        for fork_server in reversed(self._fork_servers):
            self._idle.put(fork_server)
        self._closed = False

    def run(self, work: Work, arguments: Mapping[str, Json]) -> dict[str, Json]:
        """Wait until a child is free, run the work in the child, and return the result.

        Raises:
            WorkRefused, WorkTimeout, WorkDied, SandboxBroken: see `SandboxError`.
        """
        request = {"work": work, "arguments": dict(arguments), "limits": asdict(self._limits)}
        fork_server = self._idle.get()
        try:
            reply = self._request_with_restart(fork_server, json.dumps(request).encode() + b"\n")
        finally:
            self._idle.put(fork_server)
        return _result(reply)

    def _request_with_restart(self, fork_server: "_ForkServer", request: bytes) -> dict[str, Json]:
        """Send the request. If the fork server has ended, restart it and send the request once more.

        If the fork server was killed while idle, the file is not the cause, and the second request succeeds.
        """
        for _ in range(2):
            if self._closed:
                raise SandboxBroken("The media sandbox is closed.")
            try:
                return fork_server.request(request, self._limits.wall_s + _FORK_SERVER_GRACE_S)
            except _ForkServerGone:
                fork_server.stop()
        raise SandboxBroken("The media sandbox does not start.")

    def close(self) -> None:
        """End all fork servers and kill running work.

        Callers that wait for a result, and all later callers, get SandboxBroken.
        """
        self._closed = True
        for fork_server in self._fork_servers:
            fork_server.kill()
        # Every thread must return its fork server before the pipes of the fork server are closed.
        for fork_server in [self._idle.get() for _ in self._fork_servers]:
            fork_server.stop()
            self._idle.put(fork_server)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _result(reply: dict[str, Json]) -> dict[str, Json]:
    match reply:
        case {"done": dict(result)}:
            return result
        case {"refused": {"code": str(code), "message": str(message)}}:
            raise WorkRefused(code, message)
        case {"timeout": _}:
            raise WorkTimeout("Decoding the file took too long.")
        case {"died": reason}:
            log.warning("sandbox_child_died", extra={"fields": {"reason": reason}})
            raise WorkDied(str(reason))
    raise WorkDied("no valid reply")


class _ForkServerGone(Exception):
    """The fork server has ended or does not respond."""


class _ForkServer:
    """The parent process's handle to a fork server. Only one thread uses the handle at a time."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None

    def request(self, request: bytes, timeout_s: float) -> dict[str, Json]:
        if self._process is None:
            self._process = _start_fork_server()
        try:
            _pipe(self._process.stdin).write(request)
            _pipe(self._process.stdin).flush()
        except BrokenPipeError as error:
            raise _ForkServerGone from error
        reply: dict[str, Json] = json.loads(_read_line(_pipe(self._process.stdout).fileno(), timeout_s))
        return reply

    def kill(self) -> None:
        """Kill the process. Any thread may call this method, even while another thread uses the handle."""
        process = self._process
        if process is not None:
            # Kill the whole process group, so that no child survives. The process id stays valid until `wait`
            # is called.
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)

    def stop(self) -> None:
        """Kill the fork server's process if it is running, and close its pipes."""
        self.kill()
        process, self._process = self._process, None
        if process is None:
            return
        process.wait()
        _pipe(process.stdout).close()
        # If the process has ended, closing the pipe raises an error, because the pipe tries to send a
        # buffered request.
        with contextlib.suppress(BrokenPipeError):
            _pipe(process.stdin).close()


def _start_fork_server() -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "app.media.sandbox.fork_server"],
        cwd=_CODE_FOLDER,
        # The server's environment contains keys and the database URL, so none of it is passed on.
        env={
            "PATH": os.defpath,
            "LANG": "C.UTF-8",
            "TMPDIR": tempfile.gettempdir(),
            # If BLAS had threads, forking would be unsafe.
            "OPENBLAS_NUM_THREADS": "1",
            "OMP_NUM_THREADS": "1",
        },
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,
    )


def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
    assert pipe is not None  # stdin and stdout are set, because both pipes were requested
    return pipe


def _read_line(handle: int, timeout_s: float) -> bytes:
    deadline = time.monotonic() + timeout_s
    line = b""
    while not line.endswith(b"\n"):
        ready, _, _ = select.select([handle], [], [], max(0.0, deadline - time.monotonic()))
        chunk = os.read(handle, CHUNK_BYTES) if ready else b""
        if not chunk or len(line) > MAX_REPLY_BYTES:
            raise _ForkServerGone
        line += chunk
    return line
