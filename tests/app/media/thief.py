"""A fork server whose probe attacks the server, like a decoder that an attacker has taken over.

`python thief.py SECRET_FILE SERVER_PID PORT` serves sandbox requests. The probe tries each attack, and
reports the attacks that succeeded.
"""

import os
import signal
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from app.media.sandbox import Json, Work, fork_server


def _connect(port: int) -> None:
    socket.create_connection(("127.0.0.1", port), timeout=2).close()


def attack(path: str, **_: Any) -> dict[str, Json]:
    """Try every attack; return the names of the successful attacks, and what the child may still read."""
    secret, server, port = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    attacks: dict[str, Callable[[], object]] = {
        "read a file": secret.read_bytes,
        "list a folder": lambda: list(secret.parent.iterdir()),
        "write a file": lambda: secret.write_text("stolen"),
        "make a file": lambda: (secret.parent / "made").touch(),
        "overwrite the clip": lambda: Path(path).write_text("stolen"),
        "read the server's environment": Path(f"/proc/{server}/environ").read_bytes,
        "read the server's memory": Path(f"/proc/{server}/mem").open,
        "read the fork server's environment": Path(f"/proc/{os.getppid()}/environ").read_bytes,
        "signal the server": lambda: os.kill(server, signal.SIGCONT),
        "connect": lambda: _connect(port),
        "run a program": lambda: os.execv("/bin/true", ["true"]),
    }
    succeeded: list[Json] = []
    for name, action in attacks.items():
        try:
            action()
        except OSError:
            continue
        succeeded.append(name)
    return {
        "succeeded": succeeded,
        "bytes": len(Path(path).read_bytes()),
        "files": len(list(Path.cwd().iterdir())),
    }


fork_server.TASKS[Work.PROBE] = fork_server.Task(attack, reads=("path",))
fork_server.main()
