"""Reads the worker's key, and hides it from the programs that models start.

It is not enough to remove the key from `os.environ`: every program of the same user can read the initial
environment of a process in /proc/PID/environ.
"""

import ctypes
import os
import re
import sys
from pathlib import Path
from typing import NoReturn

from models.generators.isolation import hide_file

KEY, KEY_FILE = "TI2V_KEY", "TI2V_KEY_FILE"
_DESCRIPTOR = re.compile(r"/dev/fd/(\d+)")
_INITIAL_ENVIRONMENT = Path("/proc/self/environ")
_PR_SET_DUMPABLE = 4


def take_key(key: str | None, key_file: str | None) -> str | None:
    """Return the key.

    If the initial environment of this process contains the key, the process restarts first.

    A key file is hidden from the programs that models start, if these programs have namespaces of their own.

    Args:
        key: the key from the command line or the environment.
        key_file: a file or descriptor (/dev/fd/N) that contains the key; used instead of `key`.

    Raises:
        OSError: the file cannot be read.
    """
    if key_file is not None:
        hide_file(Path(key_file))
        key = _read(key_file)
    elif key is not None and _is_in_initial_environment():
        _restart_without(key)
    os.environ.pop(KEY, None)
    os.environ.pop(KEY_FILE, None)
    return key


def hide_memory() -> None:
    """Prevent programs of the same user from reading this process's memory and /proc files; Linux only.

    The root user and programs with CAP_SYS_PTRACE can still read the memory and the /proc files. The memory
    of programs that this process starts is not protected. Core dumps are disabled.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)


def _read(key_file: str) -> str:
    descriptor = _DESCRIPTOR.fullmatch(key_file)
    if descriptor is None:
        return Path(key_file).read_text(encoding="utf-8").strip()
    # Open the file descriptor by its number, so that the descriptor is closed afterwards. Opening its path
    # would create a second descriptor.
    with os.fdopen(int(descriptor[1]), encoding="utf-8") as stream:
        return stream.read().strip()


def _is_in_initial_environment() -> bool:
    try:
        variables = _INITIAL_ENVIRONMENT.read_bytes().split(b"\0")
    except OSError:
        return False  # this system has no /proc
    return any(variable.startswith(f"{KEY}=".encode()) for variable in variables)


def _restart_without(key: str) -> NoReturn:
    """Restart this process with the same process id; move the key from the environment to a pipe."""
    reading, writing = os.pipe()
    os.write(writing, key.encode())
    os.close(writing)
    os.set_inheritable(reading, True)
    environment = {name: value for name, value in os.environ.items() if name != KEY}
    environment[KEY_FILE] = f"/dev/fd/{reading}"
    os.execve(sys.executable, sys.orig_argv, environment)  # noqa: S606 - our own command line
