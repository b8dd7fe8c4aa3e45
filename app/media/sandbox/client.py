"""Runs work on untrusted media in short-lived, limited child processes.

`import av` takes 0.12 s in a fresh interpreter, so each child is forked from a small process (`forker.py`)
which has imported the media libraries and holds nothing worth stealing: no sockets, no database, no secrets,
none of the server's environment. A child that crashes, hangs or grows is killed without touching the server.
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

Json: TypeAlias = "str | int | float | bool | list[Json] | dict[str, Json] | None"

log = logging.getLogger("ti2v.media")
_CODE_FOLDER = Path(__file__).resolve().parents[3]
_FORKER_GRACE_S = 5.0  # the forker keeps the time itself; this is for a forker that hangs
MAX_REPLY_BYTES = 1024 * 1024
CHUNK_BYTES = 64 * 1024


class Work(StrEnum):
    """What a child can be asked to do."""

    PROBE = "probe"
    RENDITION = "rendition"
    PICTURE = "picture"
    FRAMES = "frames"


@dataclass(frozen=True)
class SandboxLimits:
    """What one child may use; going over ends the child.

    `address_space_bytes` counts what the libraries map, about 0.3 GB before any frame is decoded.
    """

    wall_s: float = 30.0
    cpu_s: int = 20
    address_space_bytes: int = 2 * 1024**3
    file_bytes: int = 512 * 1024**2
    open_files: int = 32


class SandboxError(Exception):
    """The work was not done.

    SandboxError
    ├── WorkRefused   the work looked at the file and says no, with a code and a sentence
    ├── WorkTimeout   it ran past its wall-clock or CPU limit
    ├── WorkDied      the child broke down: killed by a limit, crashed in a library, or a fault of ours
    └── SandboxBroken no child could be made, or the sandbox was closed; says nothing about the file
    """


class WorkRefused(SandboxError):
    """The work refuses its input; `code` is the work's own."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class WorkTimeout(SandboxError):
    """The work ran past its time."""


class WorkDied(SandboxError):
    """The child ended without an answer; `reason` is for logs and may name paths."""

    def __init__(self, reason: str) -> None:
        super().__init__("The reader of the file broke down.")
        self.reason = reason


class SandboxBroken(SandboxError):
    """The sandbox does not start, twice in a row, or was closed; the file is not to blame."""


class Sandbox:
    """At most `children` pieces of work at once; safe to share between threads.

    Each place has its own forker, started when first needed and again when it died. Close the sandbox, or use
    it as a context manager, to end them.
    """

    def __init__(self, *, children: int = 2, limits: SandboxLimits | None = None) -> None:
        if children < 1:
            raise ValueError("a sandbox needs at least one child")
        self._limits = limits or SandboxLimits()
        self._forkers = [_Forker() for _ in range(children)]
        # Last in, first out: a quiet server keeps one forker busy and never starts the others.
        self._idle: queue.LifoQueue[_Forker] = queue.LifoQueue()
        for forker in reversed(self._forkers):
            self._idle.put(forker)
        self._closed = False

    def run(self, work: Work, arguments: Mapping[str, Json]) -> dict[str, Json]:
        """Do one piece of work in a child and return its answer; waits for a free place.

        Raises:
            WorkRefused, WorkTimeout, WorkDied, SandboxBroken: see `SandboxError`.
        """
        request = {"work": work, "arguments": dict(arguments), "limits": asdict(self._limits)}
        forker = self._idle.get()
        try:
            reply = self._ask_twice(forker, json.dumps(request).encode() + b"\n")
        finally:
            self._idle.put(forker)
        return _answer(reply)

    def _ask_twice(self, forker: "_Forker", request: bytes) -> dict[str, Json]:
        """Ask once more after a restart: a forker killed while idle says nothing about the file."""
        for _ in range(2):
            if self._closed:
                raise SandboxBroken("The media sandbox is closed.")
            try:
                return forker.ask(request, self._limits.wall_s + _FORKER_GRACE_S)
            except _ForkerGone:
                forker.stop()
        raise SandboxBroken("The media sandbox does not start.")

    def close(self) -> None:
        """End all forkers; work still running is killed and raises SandboxBroken, as does later work."""
        self._closed = True
        for forker in self._forkers:
            forker.kill()
        # Each thread hands its forker back before its pipes are closed under it.
        for forker in [self._idle.get() for _ in self._forkers]:
            forker.stop()
            self._idle.put(forker)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _answer(reply: dict[str, Json]) -> dict[str, Json]:
    match reply:
        case {"done": dict(answer)}:
            return answer
        case {"refused": {"code": str(code), "message": str(message)}}:
            raise WorkRefused(code, message)
        case {"timeout": _}:
            raise WorkTimeout("Reading the file took too long.")
        case {"died": reason}:
            log.warning("sandbox_child_died", extra={"fields": {"reason": reason}})
            raise WorkDied(str(reason))
    raise WorkDied("no usable answer")


class _ForkerGone(Exception):
    """The forker itself ended or hangs."""


class _Forker:
    """The parent's end of one forker; used by one thread at a time."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None

    def ask(self, request: bytes, patience_s: float) -> dict[str, Json]:
        if self._process is None:
            self._process = _start_forker()
        try:
            _pipe(self._process.stdin).write(request)
            _pipe(self._process.stdin).flush()
        except BrokenPipeError as error:
            raise _ForkerGone from error
        reply: dict[str, Json] = json.loads(_read_line(_pipe(self._process.stdout).fileno(), patience_s))
        return reply

    def kill(self) -> None:
        """End the process from another thread than the one that uses it."""
        process = self._process
        if process is not None:
            # The whole group, so that no child outlives its forker. Not waited for, it still has its number.
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)

    def stop(self) -> None:
        """End the process, if there is one, and free what belongs to it."""
        self.kill()
        process, self._process = self._process, None
        if process is None:
            return
        process.wait()
        _pipe(process.stdout).close()
        with contextlib.suppress(BrokenPipeError):  # a request that was never read is flushed into nothing
            _pipe(process.stdin).close()


def _start_forker() -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "app.media.sandbox.fork_server"],
        cwd=_CODE_FOLDER,
        # Nothing else of the server's environment: it holds keys and the database's address.
        env={
            "PATH": os.defpath,
            "LANG": "C.UTF-8",
            "TMPDIR": tempfile.gettempdir(),
            # A BLAS with threads would make forking unsafe.
            "OPENBLAS_NUM_THREADS": "1",
            "OMP_NUM_THREADS": "1",
        },
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,
    )


def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
    assert pipe is not None  # both ends were asked for
    return pipe


def _read_line(handle: int, patience_s: float) -> bytes:
    deadline = time.monotonic() + patience_s
    line = b""
    while not line.endswith(b"\n"):
        ready, _, _ = select.select([handle], [], [], max(0.0, deadline - time.monotonic()))
        chunk = os.read(handle, CHUNK_BYTES) if ready else b""
        if not chunk or len(line) > MAX_REPLY_BYTES:
            raise _ForkerGone
        line += chunk
    return line
