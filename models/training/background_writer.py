"""Writes checkpoints in a thread, while the training continues."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor


class BackgroundWriter:
    """Runs one write at a time in a thread. If a write fails, the next call raises the error."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="checkpoint")
        self._last: Future[object] | None = None

    def start(self, write: Callable[[], object]) -> None:
        """Wait for the previous write, then start a write.

        Raises:
            CannotWrite: the previous write failed.
        """
        self.wait()
        self._last = self._pool.submit(write)

    def wait(self) -> None:
        """Wait until the last write is finished.

        Raises:
            CannotWrite: the last write failed.
        """
        last, self._last = self._last, None
        if last is not None:
            last.result()

    def close(self) -> None:
        """Wait for the last write, and end the thread. Errors of the last write are not raised."""
        self._pool.shutdown(wait=True)
