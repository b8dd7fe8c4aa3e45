"""The small process every sandbox child is forked from: `python -m app.media.sandbox.fork_server`.

It imports the media libraries once, then serves one request after another: a line of JSON on stdin, a line of
JSON on stdout. It looks at no file itself; end of input ends it.
"""

import gc
import json
import os
import resource
import select
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from typing import Any, NoReturn

from app.media.sandbox import frames, image, probe, transcode
from app.media.sandbox.client import CHUNK_BYTES, MAX_REPLY_BYTES, Json, SandboxLimits, Work, WorkRefused

_WORK: dict[Work, Callable[..., dict[str, Json]]] = {
    Work.PROBE: probe.probe,
    Work.RENDITION: transcode.make,
    Work.PICTURE: image.prepare,
    Work.FRAMES: frames.read,
}


def main() -> None:
    """Serve requests until the parent closes our stdin."""
    # What is here now stays shared with the children, instead of being copied by the first collection.
    gc.freeze()
    for line in sys.stdin.buffer:
        reply = _serve(json.loads(line))
        sys.stdout.buffer.write(json.dumps(reply).encode() + b"\n")
        sys.stdout.buffer.flush()


def _serve(request: dict[str, Any]) -> dict[str, Json]:
    limits = SandboxLimits(**request["limits"])
    with tempfile.TemporaryDirectory(prefix=f"ti2v-child-{os.getpid()}-") as folder:
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            _be_the_child(writing, folder, limits, Work(request["work"]), request["arguments"])
        os.close(writing)
        try:
            return _reply_of(child, reading, limits.wall_s)
        finally:
            os.close(reading)


def _be_the_child(
    writing: int, folder: str, limits: SandboxLimits, work: Work, arguments: dict[str, Json]
) -> NoReturn:
    try:
        _limit_this_process(folder, limits)
        reply = _do(work, arguments)
        with os.fdopen(writing, "wb") as pipe:
            pipe.write(json.dumps(reply).encode())
    finally:
        os._exit(0)  # no cleaning up: everything here is a copy of the forker's


def _limit_this_process(folder: str, limits: SandboxLimits) -> None:
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):  # the forker's own line to the server must be out of reach
        os.dup2(nothing, stream)
    os.chdir(folder)
    for what, most in (
        (resource.RLIMIT_AS, limits.address_space_bytes),
        (resource.RLIMIT_FSIZE, limits.file_bytes),
        (resource.RLIMIT_NOFILE, limits.open_files),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NPROC, 0),  # neither processes nor threads; root alone is exempt
    ):
        resource.setrlimit(what, (most, most))
    # A second between the two limits: the soft one's signal says why it ended, the hard one's does not.
    resource.setrlimit(resource.RLIMIT_CPU, (limits.cpu_s, limits.cpu_s + 1))


def _do(work: Work, arguments: dict[str, Json]) -> dict[str, Json]:
    try:
        return {"done": _WORK[work](**arguments)}
    except WorkRefused as refusal:
        return {"refused": {"code": refusal.code, "message": str(refusal)}}
    except MemoryError:
        return {"died": "out of memory"}
    except Exception as error:  # noqa: BLE001 - the child's outermost line: whatever it was becomes an answer
        return {"died": f"{type(error).__name__}: {error}"[:500]}


def _reply_of(child: int, reading: int, wall_s: float) -> dict[str, Json]:
    """Read the child's answer; the child is over and waited for when this returns."""
    deadline = time.monotonic() + wall_s
    answer = b""
    while len(answer) <= MAX_REPLY_BYTES:
        ready, _, _ = select.select([reading], [], [], max(0.0, deadline - time.monotonic()))
        if not ready:
            break
        chunk = os.read(reading, CHUNK_BYTES)
        if not chunk:
            return _judge(_end(child), answer)
        answer += chunk
    _end(child)
    return {"timeout": True} if len(answer) <= MAX_REPLY_BYTES else {"died": "its answer is too long"}


def _end(child: int) -> int:
    """Kill a child that still runs and return its wait status."""
    # A child that has closed its pipe is on its way out: give it the moment it needs to say how it ended.
    for _ in range(20):
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return status
        time.sleep(0.0005)
    os.kill(child, signal.SIGKILL)
    return os.waitpid(child, 0)[1]


def _judge(status: int, answer: bytes) -> dict[str, Json]:
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        return {"timeout": True} if number == signal.SIGXCPU else {"died": f"signal {number}"}
    try:
        reply = json.loads(answer)
    except (ValueError, RecursionError):
        return {"died": "no answer"}
    return reply if isinstance(reply, dict) else {"died": "no answer"}


if __name__ == "__main__":
    main()
