"""Limits the current process to named files, with Landlock (Linux 5.13 and later).

After `restrict`, the process and its children can open only the files that were allowed. Reading the memory
or the /proc files of an outside process is refused, even to root and to the same user. On newer kernels the
process and its children also cannot use TCP, and cannot signal outside processes. Landlock needs
no privileges and cannot be undone. Files that are already open stay usable. Source: landlock(7), and the
kernel's Documentation/userspace-api/landlock.rst.
"""

import ctypes
import os
import sys
from collections.abc import Iterable
from enum import IntFlag
from functools import cache
from pathlib import Path

# These system calls have the same numbers on every architecture that Landlock supports, except Alpha.
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_ASK_VERSION, _PATH_BENEATH = 1, 1
_PR_SET_NO_NEW_PRIVS = 38


class _File(IntFlag):
    EXECUTE = 1 << 0
    WRITE = 1 << 1
    READ = 1 << 2
    READ_FOLDER = 1 << 3
    REMOVE_FOLDER = 1 << 4
    REMOVE_FILE = 1 << 5
    MAKE_CHARACTER_DEVICE = 1 << 6
    MAKE_FOLDER = 1 << 7
    MAKE_FILE = 1 << 8
    MAKE_SOCKET = 1 << 9
    MAKE_PIPE = 1 << 10
    MAKE_BLOCK_DEVICE = 1 << 11
    MAKE_LINK = 1 << 12
    MOVE = 1 << 13
    TRUNCATE = 1 << 14
    DEVICE_CONTROL = 1 << 15


# For each version of Landlock, the rights that the version added. The process handles all rights of its
# kernel, which means that they are denied unless a rule allows them.
_FILE_RIGHTS = ((1, (1 << 13) - 1), (2, _File.MOVE), (3, _File.TRUNCATE), (5, _File.DEVICE_CONTROL))
_TCP_SINCE, _TCP = 4, 0b11
_SCOPE_SINCE, _SCOPE = 6, 0b11  # abstract UNIX sockets and signals

_READ = _File.READ | _File.READ_FOLDER
_WRITE_FILE = _File.READ | _File.WRITE | _File.TRUNCATE
_WRITE_FOLDER = (
    _WRITE_FILE | _File.READ_FOLDER | _File.MAKE_FILE | _File.MAKE_FOLDER
    | _File.REMOVE_FILE | _File.REMOVE_FOLDER
)  # fmt: skip
_FOLDER_ONLY = _WRITE_FOLDER & ~_WRITE_FILE


class _Ruleset(ctypes.Structure):
    _fields_ = (("files", ctypes.c_uint64), ("tcp", ctypes.c_uint64), ("scope", ctypes.c_uint64))


class _PathRule(ctypes.Structure):
    _pack_ = 1
    _fields_ = (("rights", ctypes.c_uint64), ("path", ctypes.c_int32))


@cache
def landlock_version() -> int:
    """Return the kernel's version of Landlock; 0 if Landlock is missing or turned off."""
    if sys.platform != "linux":
        return 0
    try:
        return _call(_CREATE_RULESET, None, ctypes.c_size_t(0), ctypes.c_uint32(_ASK_VERSION))
    except OSError:
        return 0


def restrict(*, reads: Iterable[Path], writes: Iterable[Path]) -> None:
    """Allow this process only the given files and folders. Without Landlock, do nothing.

    Args:
        reads: files and folders that may be read; a folder includes all files below it. A missing path is
            skipped.
        writes: existing files that may be overwritten, and folders in which files may be made, changed and
            removed. The files and folders in `writes` may be read, too.

    Raises:
        OSError: a path of `writes` is missing, or the kernel refuses the rules.
    """
    version = landlock_version()
    if version == 0:
        return
    handled = sum(int(rights) for since, rights in _FILE_RIGHTS if version >= since)
    ruleset = _create_ruleset(handled, version)
    try:
        for path in reads:
            if path.exists():
                _allow(ruleset, path, _READ & handled)
        for path in writes:
            _allow(ruleset, path, (_WRITE_FOLDER if path.is_dir() else _WRITE_FILE) & handled)
        ctypes.CDLL(None).prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        _call(_RESTRICT_SELF, ctypes.c_int(ruleset), ctypes.c_uint32(0))
    finally:
        os.close(ruleset)


def _create_ruleset(handled: int, version: int) -> int:
    rights = _Ruleset(
        handled,
        _TCP if version >= _TCP_SINCE else 0,
        _SCOPE if version >= _SCOPE_SINCE else 0,
    )
    size = ctypes.c_size_t(ctypes.sizeof(rights))
    return _call(_CREATE_RULESET, ctypes.byref(rights), size, ctypes.c_uint32(0))


def _allow(ruleset: int, path: Path, rights: int) -> None:
    handle = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        rule = _PathRule(rights if path.is_dir() else rights & ~_FOLDER_ONLY, handle)
        _call(
            _ADD_RULE,
            ctypes.c_int(ruleset),
            ctypes.c_int(_PATH_BENEATH),
            ctypes.byref(rule),
            ctypes.c_uint32(0),
        )
    finally:
        os.close(handle)


def _call(number: int, *arguments: object) -> int:
    library = ctypes.CDLL(None, use_errno=True)
    ctypes.set_errno(0)
    result = int(library.syscall(ctypes.c_long(number), *arguments))
    if result < 0:
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error))
    return result
