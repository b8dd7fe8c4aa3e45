"""The lock that a thread holds while it writes to a SQLite database."""

import fcntl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO


class WriteLock:
    """Allows one writer at a time: one thread of this process, and one process on this machine."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: BinaryIO | None = None
        self._in_process = threading.Lock()

    @contextmanager
    def held(self) -> Iterator[None]:
        with self._in_process:
            file = self._file = self._file or self._path.open("ab")
            fcntl.flock(file, fcntl.LOCK_EX)
            try:
                yield
            finally:
                fcntl.flock(file, fcntl.LOCK_UN)

    def close(self) -> None:
        with self._in_process:
            if self._file is not None:
                self._file.close()
            self._file = None
