"""Runs the process from which sandbox children are forked: `python -m app.media.sandbox.fork_server`.

The process imports the media libraries once, then serves requests one by one. A request is one line of JSON
on stdin; a reply is one line of JSON on stdout. The process opens no media file itself, and exits when the
parent closes stdin.
"""

import gc
import json
import os
import resource
import select
import signal
import sys
import sysconfig
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import app
import benchmark
from app.media.sandbox import archive, convert, frames, image, probe, transcode
from app.media.sandbox.client import CHUNK_BYTES, MAX_REPLY_BYTES, Json, SandboxLimits, Work
from app.media.sandbox.landlock import restrict
from app.media.sandbox.sandbox_errors import WorkRefused

_NICENESS = 5


def _read_benchmark(**arguments: Any) -> dict[str, Json]:
    # Import the reader in the child, because benchmarks are read rarely and the reader would enlarge every
    # fork server.
    from app.media.sandbox import benchmark_folder

    return benchmark_folder.read(**arguments)


@dataclass(frozen=True)
class Task:
    """A function that a child runs. The other fields list those arguments of the function that are paths.

    The child can read only the files in `reads` and the libraries, and can write only in `writes`.
    """

    run: Callable[..., dict[str, Json]]
    reads: tuple[str, ...]
    writes: tuple[str, ...] = ()


TASKS: dict[Work, Task] = {
    Work.PROBE: Task(probe.probe, reads=("path", "input_image")),
    Work.RENDITION: Task(transcode.make, reads=("source",), writes=("target",)),
    Work.CONVERT: Task(convert.make, reads=("source",), writes=("target",)),
    Work.WRONG_CLIP: Task(transcode.rearrange, reads=("source",), writes=("target",)),
    Work.IMAGE: Task(image.prepare, reads=("path",), writes=("target",)),
    Work.FRAMES: Task(frames.read, reads=("path",), writes=("target",)),
    Work.BENCHMARK: Task(
        _read_benchmark, reads=("folder", "archive", "within"), writes=("scratch", "unpacked")
    ),
    Work.ARCHIVE: Task(archive.unpack_files, reads=("archive",), writes=("folder",)),
}
# Every child may read Python and its packages, which it may import late, and the files that the C library
# opens.
_LIBRARIES = (
    *(Path(package.__path__[0]) for package in (app, benchmark)),
    *(Path(sysconfig.get_path(name)) for name in ("stdlib", "platstdlib", "purelib", "platlib")),
    *(Path(path) for path in ("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/share/zoneinfo")),
    *(Path(path) for path in ("/etc/ld.so.cache", "/etc/localtime", "/dev/null", "/dev/urandom")),
)


def main() -> None:
    """Serve requests until the parent closes stdin."""
    # Lower the priority of this process: votes and pages are more urgent than probes and transcodes.
    os.nice(_NICENESS)
    # Exclude existing objects from garbage collection, so that their memory pages stay shared with the
    # children.
    gc.freeze()
    for line in sys.stdin.buffer:
        reply = _serve(json.loads(line))
        try:
            sys.stdout.buffer.write(json.dumps(reply).encode() + b"\n")
            sys.stdout.buffer.flush()
        except BrokenPipeError:
            os._exit(0)  # the server ended while this request was running; flushing at exit would fail again


def _serve(request: dict[str, Any]) -> dict[str, Json]:
    limits = SandboxLimits(**request["limits"])
    with tempfile.TemporaryDirectory(prefix=f"ti2v-child-{os.getpid()}-") as folder:
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            _run_child(writing, folder, limits, Work(request["work"]), request["arguments"])
        os.close(writing)
        try:
            return _reply_of(child, reading, limits.wall_s)
        finally:
            os.close(reading)


def _run_child(
    writing: int, folder: str, limits: SandboxLimits, work: Work, arguments: dict[str, Json]
) -> NoReturn:
    try:
        _apply_limits(folder, limits)
        reply = _do(TASKS[work], folder, arguments)
        with os.fdopen(writing, "wb") as pipe:
            pipe.write(json.dumps(reply).encode())
    finally:
        os._exit(0)  # skip cleanup: every object here is a copy of an object of the fork server


def _apply_limits(folder: str, limits: SandboxLimits) -> None:
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):  # the child must not reach the pipes between the fork server and the server
        os.dup2(nothing, stream)
    os.chdir(folder)
    for what, most in (
        (resource.RLIMIT_AS, limits.address_space_bytes),
        (resource.RLIMIT_FSIZE, limits.file_bytes),
        (resource.RLIMIT_NOFILE, limits.open_files),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NPROC, 0),  # no new processes or threads, unless the child runs as root
    ):
        resource.setrlimit(what, (most, most))
    # The signal of the soft limit tells the fork server why the child ended. The hard limit, one second
    # higher, sends a signal that has no specific cause.
    resource.setrlimit(resource.RLIMIT_CPU, (limits.cpu_s, limits.cpu_s + 1))


def _do(task: Task, folder: str, arguments: dict[str, Json]) -> dict[str, Json]:
    try:
        writes = _paths(arguments, task.writes)
        for path in writes:
            if not path.exists():
                path.touch()  # Landlock can allow only files that exist
        restrict(reads=[*_LIBRARIES, *_paths(arguments, task.reads)], writes=[Path(folder), *writes])
        return {"done": task.run(**arguments)}
    except WorkRefused as refusal:
        return {"refused": {"code": refusal.code, "message": str(refusal)}}
    except MemoryError:
        return {"died": "out of memory"}
    except Exception as error:  # noqa: BLE001 - the child's outermost line: every error becomes a reply
        return {"died": f"{type(error).__name__}: {error}"[:500]}


def _paths(arguments: dict[str, Json], names: tuple[str, ...]) -> list[Path]:
    return [Path(str(arguments[name])) for name in names if arguments.get(name) is not None]


def _reply_of(child: int, reading: int, wall_s: float) -> dict[str, Json]:
    """Read the child's reply, then wait until the child has ended."""
    deadline = time.monotonic() + wall_s
    reply = b""
    while len(reply) <= MAX_REPLY_BYTES:
        ready, _, _ = select.select([reading], [], [], max(0.0, deadline - time.monotonic()))
        if not ready:
            break
        chunk = os.read(reading, CHUNK_BYTES)
        if not chunk:
            return _parse_reply(_end(child), reply)
        reply += chunk
    _end(child)
    return {"timeout": True} if len(reply) <= MAX_REPLY_BYTES else {"died": "its reply is too long"}


def _end(child: int) -> int | None:
    """Wait briefly for the child to exit; return its wait status, or None if the child had to be killed."""
    # A child that has closed its pipe is exiting; wait up to 10 ms for its own exit status.
    for _ in range(20):
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return status
        time.sleep(0.0005)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return None


def _parse_reply(status: int | None, content: bytes) -> dict[str, Json]:
    # On a busy machine, a child that has sent its whole reply can take longer to exit than `_end` waits. The
    # reply of such a child counts.
    if status is not None and os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        return {"timeout": True} if number == signal.SIGXCPU else {"died": f"signal {number}"}
    try:
        reply = json.loads(content)
    except (ValueError, RecursionError):
        return {"died": "no reply"}
    return reply if isinstance(reply, dict) else {"died": "no reply"}


if __name__ == "__main__":
    main()
