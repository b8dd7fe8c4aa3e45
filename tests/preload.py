"""Compiles a C library for server processes of tests: it counts flushes, shifts clocks and fails writes."""

import mmap
import shutil
import struct
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

_SOURCE = Path(__file__).with_name("preload.c")
_LONG = struct.calcsize("l")
_SIZE = 4 * _LONG


class Preload:
    """The interface between the C library and the test.

    Attributes:
        environment: the variables with which a process loads the library.
    """

    def __init__(self, library: Path, file: Path, shared: mmap.mmap) -> None:
        self.environment = {"LD_PRELOAD": str(library), "TI2V_TEST_PRELOAD": str(file)}
        self._shared = shared

    @property
    def flushes(self) -> int:
        """Number of flushes of SQLite's write-ahead logs to the disk."""
        (flushes,) = struct.unpack("l", self._shared[:_LONG])
        return int(flushes)

    def set_clock(self, *, shift_s: int) -> None:
        """Let the processes' wall clock differ from the machine's by `shift_s`."""
        self._shared[_LONG : 2 * _LONG] = struct.pack("l", shift_s)

    def let_time_pass(self, seconds: int) -> None:
        """Advance all clocks of the processes, also the monotonic clock. Waiting threads sleep longer."""
        (passed,) = struct.unpack("l", self._shared[3 * _LONG :])
        self._shared[3 * _LONG :] = struct.pack("l", passed + seconds)

    @contextmanager
    def failing_writes(self, error: int) -> Iterator[None]:
        """Let every write below TI2V_HOME fail with this error number until the block ends."""
        self._shared[2 * _LONG : 3 * _LONG] = struct.pack("l", error)
        try:
            yield
        finally:
            self._shared[2 * _LONG : 3 * _LONG] = struct.pack("l", 0)


@contextmanager
def preload(folder: Path) -> Iterator[Preload]:
    """Compile the library in `folder`; skip the test on machines without Linux or a C compiler."""
    compiler = shutil.which("gcc") or shutil.which("cc")
    if compiler is None or sys.platform != "linux":
        pytest.skip("a library for the server process needs Linux and a C compiler")
    library, file = folder / "preload.so", folder / "preload.shared"
    subprocess.run([compiler, "-O1", "-shared", "-fPIC", "-o", library, _SOURCE, "-ldl"], check=True)
    file.write_bytes(bytes(_SIZE))
    with file.open("r+b") as opened, mmap.mmap(opened.fileno(), _SIZE) as shared:
        yield Preload(library, file, shared)
